import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelDecision } from "./label-policy.ts";
import { privateLabels, untrustedLabels } from "./label.ts";
import { toolReaches, toolRisks } from "./port.ts";
import type { AskedCall } from "./asked-call.ts";

const call: AskedCall = {
  tool: "act",
  agent: "clerk",
  runId: "run_1",
  environment: "prod",
  input: {},
  risk: "read",
  reach: "own",
  labels: [],
  destinations: [],
  trustedText: "",
  role: null,
  at: 0,
  spentMicros: 0,
};

const asks = (change: Partial<AskedCall>) => labelDecision({ ...call, ...change }) !== undefined;

const anyLabels = fc.subarray([...untrustedLabels, ...privateLabels, "own-word"]);
const anyCall = fc.record({
  risk: fc.constantFrom(...toolRisks),
  reach: fc.constantFrom(...toolReaches),
  labels: anyLabels,
});

describe("the labels of a run", () => {
  it("say nothing of one that has read only what it was told", () => {
    fc.assert(
      fc.property(anyCall, (change) => {
        expect(asks({ ...change, labels: [] })).toBe(false);
        expect(asks({ ...change, labels: ["own-word"] })).toBe(false);
      }),
    );
  });

  it.each([
    ["outbound", "own", true],
    ["outbound", "run", true],
    ["destructive", "run", true],
    ["write", "own", true],
    ["write", "run", false],
    ["read", "own", false],
    ["read", "open", false],
  ] as const)("after untrusted content, %s with reach %s: %s", (risk, reach, expected) => {
    for (const label of untrustedLabels.filter((one) => one !== "tenant")) {
      expect(asks({ risk, reach, labels: [label] })).toBe(expected);
    }
    expect(asks({ risk, reach, labels: ["private"] })).toBe(false);
  });

  it("ask before private data could leave with untrusted content, also by reading", () => {
    expect(asks({ reach: "open", labels: ["private", "web"] })).toBe(true);
    expect(asks({ reach: "own", labels: ["private", "web"] })).toBe(false);
    expect(asks({ reach: "open", labels: ["tenant"] })).toBe(true);
    expect(asks({ reach: "open", labels: ["secret"] })).toBe(true);
  });

  it("let a run read where the user himself sent it, to the letter", () => {
    const about = { reach: "open", labels: ["private", "web"] } as const;
    const reads = (destination: string, trustedText: string) =>
      !asks({ ...about, destinations: [destination], trustedText });
    const url = "https://example.com/a?b=1";
    expect(reads(url, `Compare it with ${url}.`)).toBe(true);
    expect(reads(url, `see (${url}), please`)).toBe(true);
    expect(reads(url, "see https://example.com/a")).toBe(false);
    expect(reads("https://example.com", "mail me@https://example.com")).toBe(false);
    expect(reads("https://example.com/a", `see ${url}`)).toBe(false);
    expect(reads("https://example.com", "see https://example.com.evil.org")).toBe(false);
    expect(asks({ ...about, destinations: [], trustedText: url })).toBe(true);
    expect(asks({ ...about, destinations: [url, "https://x.org"], trustedText: url })).toBe(true);
    expect(asks({ ...about, risk: "outbound", destinations: [url], trustedText: url })).toBe(true);
  });

  it("ask before a tool that is not cleared for what the run has read", () => {
    expect(asks({ labels: ["payroll"], reads: [] })).toBe(true);
    expect(asks({ labels: ["payroll"], reads: ["payroll"] })).toBe(false);
    expect(asks({ labels: ["payroll"] })).toBe(false);
  });

  it("never ask less when there are more of them", () => {
    fc.assert(
      fc.property(anyCall, anyLabels, (change, more) => {
        if (!asks(change)) return;
        expect(asks({ ...change, labels: [...change.labels, ...more] })).toBe(true);
      }),
    );
  });
});

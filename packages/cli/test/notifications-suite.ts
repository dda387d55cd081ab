import type { ChannelMade } from "@flotilla/api";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

const nowhere = "https://hooks.flotilla.invalid/x";

describe("notifications", slow, () => {
  test("go to a webhook whose secret is shown once", async () => {
    const line = [
      "notifications",
      "add",
      "pager",
      "--webhook",
      nowhere,
      "--agents",
      "refunds,pay*",
    ];
    const made = await ask<ChannelMade>(...line, "--header", "x-team: payments");
    expect(made).toMatchObject({
      agents: ["refunds", "pay*"],
      target: { headers: { "x-team": "payments" }, credential: "notification-pager" },
      secret: expect.stringMatching(/^whsec_/) as string,
    });
    const shown = await platform.flotilla(["notifications", "show", "pager"]);
    expect(shown.stdout).toMatch(/signed with +credential notification-pager/);
    expect(shown.stdout).not.toContain(made.secret);
    expect((await platform.flotilla(["notifications"])).stdout).toMatch(/pager +webhook +https/);
  });

  test("tell what became of a test, and of all that was sent", async () => {
    const tested = await platform.flotilla(["notifications", "test", "pager"]);
    expect(tested).toMatchObject({ code: 1, stdout: expect.stringContaining("did not answer") });
    const { stdout } = await platform.flotilla(["notifications", "deliveries"]);
    expect(stdout).toMatch(/dlv_\w+ .*pager +https\S+ +test +pending/);
    const [id = ""] = /dlv_\w+/.exec(stdout) ?? [];
    const retried = await platform.flotilla(["notifications", "retry", id]);
    expect(retried).toMatchObject({ code: 1, stderr: expect.stringContaining("only failed ones") });
  });

  test("are refused where nobody can be told", async () => {
    const refusals = await Promise.all([
      platform.flotilla(["notifications", "add", "x"]),
      platform.flotilla(["notifications", "add", "x", "--webhook", nowhere, "--email"]),
      platform.flotilla(["notifications", "add", "x", "--webhook", nowhere, "--events", "tea"]),
      platform.flotilla(["notifications", "add", "x", "--email"]),
      platform.flotilla(["notifications", "add", "x", "--webhook", "http://10.0.0.1/"]),
    ]);
    expect(refusals.map(({ code }) => code)).toEqual([64, 64, 64, 1, 1]);
    expect(refusals[3]?.stderr).toContain("sends no e-mail");
    expect(refusals[4]?.stderr).toContain("not a public address");
    const removed = await platform.flotilla(["notifications", "remove", "pager", "--yes"]);
    expect(removed.stdout).toContain("pager is removed");
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSandbox, type SandboxTier } from "@flotilla/tools";
import { toCount, type Bench } from "../bench.ts";
import { describeMachine, type Machine } from "../machine.ts";

const program = "/usr/bin/true";

interface Options {
  starts: number;
  json: boolean;
}

interface Figures {
  p50Ms: number;
  p95Ms: number;
}

/** What it takes to start a program that does nothing and see it end: plainly, and in each tier that is here. */
export interface SandboxResult {
  at: string;
  machine: Machine;
  starts: number;
  plain: Figures;
  tiers: (Figures & { tier: SandboxTier; overP50Ms: number })[];
}

export const sandboxBench: Bench<Options, SandboxResult> = {
  usage: "npm run bench -- sandbox [--starts 200] [--json]",
  parse(args) {
    const { values } = parseArgs({
      args,
      options: {
        starts: { type: "string", default: "200" },
        json: { type: "boolean", default: false },
      },
    });
    return { starts: toCount("--starts", values.starts, 1), json: values.json };
  },
  measure,
  render({ plain, tiers, starts }) {
    const line = (name: string, { p50Ms, p95Ms }: Figures, over: string) =>
      `| ${name} | ${p50Ms.toFixed(2)} | ${p95Ms.toFixed(2)} | ${over} |`;
    return [
      `${starts} starts of \`${program}\`, one after the other, from Node.`,
      "",
      "| | p50 ms | p95 ms | over plain, p50 ms |",
      "| --- | --- | --- | --- |",
      line("plain", plain, ""),
      ...tiers.map((tier) => line(tier.tier, tier, tier.overP50Ms.toFixed(2))),
    ].join("\n");
  },
};

async function measure({ starts }: Options): Promise<SandboxResult> {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-bench-"));
  try {
    const ways: { tier: SandboxTier | null; run: () => Promise<unknown>; took: number[] }[] = [
      { tier: null, run: () => startPlainly(folder), took: [] },
    ];
    for (const tier of ["landlock", "landlock+bubblewrap"] as const) {
      const sandbox = await openSandbox({ tier });
      if (sandbox.tier !== tier) continue;
      const spec = { command: program, args: [], workspace: folder, network: "none" } as const;
      ways.push({ tier, run: () => sandbox.run(spec), took: [] });
    }
    // In turns, so that what else the machine does meets all of them.
    for (let i = 0; i < starts; i++) {
      for (const { run, took } of ways) {
        const began = performance.now();
        await run();
        took.push(performance.now() - began);
      }
    }
    const [plain, ...others] = ways;
    if (!plain) throw new Error("nothing was measured");
    const plainly = figuresOf(plain.took);
    return {
      at: new Date().toISOString(),
      machine: describeMachine("none"),
      starts,
      plain: plainly,
      tiers: others.map(({ tier, took }) => {
        const { p50Ms, p95Ms } = figuresOf(took);
        return { tier: tier ?? "none", p50Ms, p95Ms, overP50Ms: p50Ms - plainly.p50Ms };
      }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startPlainly(cwd: string): Promise<void> {
  const child = spawn(program, [], { cwd, env: {}, stdio: "pipe" });
  child.stdout.resume();
  child.stderr.resume();
  child.stdin.end();
  await once(child, "close");
}

function figuresOf(took: number[]): Figures {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

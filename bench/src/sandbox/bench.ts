import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openSandbox, type Sandbox } from "@flotilla/tools";
import { toCount, type Bench } from "../bench.ts";
import { describeMachine, type Machine } from "../machine.ts";

const program = "/usr/bin/true";
const pauseMs = 15;

type SandboxTier = Sandbox["tier"];

interface Options {
  starts: number;
  json: boolean;
}

interface Figures {
  p50Ms: number;
  p95Ms: number;
  /** Of each start, where the next one follows at once. */
  inRowMs: number;
}

/**
 * What it takes to start a program that does nothing and see it end: plainly, and in each tier that is here. Between two
 * starts there is a pause, as between the calls of a run, in which a tier makes itself ready for the next one; starts in a
 * row show what that takes.
 */
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
    const line = (name: string, { p50Ms, p95Ms, inRowMs }: Figures, over: string) =>
      `| ${name} | ${p50Ms.toFixed(2)} | ${p95Ms.toFixed(2)} | ${over} | ${inRowMs.toFixed(2)} |`;
    return [
      `${starts} starts of \`${program}\`, one after the other, from Node.`,
      "",
      "| | p50 ms | p95 ms | over plain, p50 ms | in a row, ms each |",
      "| --- | --- | --- | --- | --- |",
      line("plain", plain, ""),
      ...tiers.map((tier) => line(tier.tier, tier, tier.overP50Ms.toFixed(2))),
    ].join("\n");
  },
};

interface Way {
  tier: SandboxTier | null;
  run: () => Promise<unknown>;
  took: number[];
}

async function measure({ starts }: Options): Promise<SandboxResult> {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-bench-"));
  try {
    const ways: Way[] = [{ tier: null, run: () => startPlainly(folder), took: [] }];
    for (const tier of ["landlock", "landlock+bubblewrap"] as const) {
      const sandbox = await openSandbox({ tier });
      if (sandbox.tier !== tier) continue;
      const spec = { command: program, args: [], workspace: folder, network: "none" } as const;
      ways.push({ tier, run: () => sandbox.run(spec), took: [] });
    }
    // In turns, so that what else the machine does meets all of them.
    for (let i = 0; i < starts; i++) {
      for (const { run, took } of ways) {
        await sleep(pauseMs);
        const began = performance.now();
        await run();
        took.push(performance.now() - began);
      }
    }
    const inRow = new Map<Way, number>();
    for (const way of ways) {
      const began = performance.now();
      for (let i = 0; i < starts; i++) await way.run();
      inRow.set(way, (performance.now() - began) / starts);
    }
    const figures = (way: Way) => ({ ...figuresOf(way.took), inRowMs: inRow.get(way) ?? 0 });
    const [plain, ...others] = ways;
    if (!plain) throw new Error("nothing was measured");
    const plainly = figures(plain);
    return {
      at: new Date().toISOString(),
      machine: describeMachine("none"),
      starts,
      plain: plainly,
      tiers: others.map((way) => {
        const { p50Ms, p95Ms, inRowMs } = figures(way);
        const overP50Ms = p50Ms - plainly.p50Ms;
        return { tier: way.tier ?? "none", p50Ms, p95Ms, inRowMs, overP50Ms };
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

function figuresOf(took: number[]): Omit<Figures, "inRowMs"> {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

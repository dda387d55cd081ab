import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { access } from "./access.ts";
import { Proof, seconds, type Claim, type Verdict } from "./claim.ts";
import { durability } from "./durability.ts";
import { fleet } from "./fleet.ts";
import { readOptions } from "../read-options.ts";
import { people } from "./people.ts";
import { seededRandom } from "./random.ts";
import { scaleNames, scaleOf, type Scale } from "./scale.ts";
import { closeShared } from "./shared.ts";
import { tools } from "./tools.ts";
import { web } from "./web.ts";

const suites: Readonly<Record<string, readonly Claim[]>> = {
  durability,
  fleet,
  access,
  people,
  tools,
  web,
};

const usage = `Usage: npm run acceptance -- <suite> [options]

Proves what the product claims, from outside, and prints a JSON line for each claim.
Suites: ${Object.keys(suites).join(", ")}

  --scale ${scaleNames.join("|")}  small needs no data and no network (default: full)
  --only claim        this claim; may be repeated
  --jobs number       claims at the same time (default: 1, as their times need)
  --seed number       of everything that is random (default: another each time)
  --list              the names of the suite's claims
`;

interface Options {
  claims: readonly Claim[];
  scale: Scale;
  jobs: number;
  seed: number;
  list: boolean;
}

/** Throws an Error that says which argument is wrong. */
function parseOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      scale: { type: "string", default: "full" },
      only: { type: "string", multiple: true },
      jobs: { type: "string", default: "1" },
      seed: { type: "string" },
      list: { type: "boolean", default: false },
    },
  });
  const suite = suites[positionals[0] ?? ""];
  if (!suite || positionals.length > 1) throw new Error("Name one suite.");
  const scale = scaleNames.find((name) => name === values.scale);
  if (!scale) throw new Error(`--scale: "${values.scale}" is none of ${scaleNames.join(", ")}.`);
  const names = suite.map(({ name }) => name);
  const unknown = values.only?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`--only: "${unknown}" is none of ${names.join(", ")}.`);
  const jobs = wholeNumber("--jobs", values.jobs);
  const seed = wholeNumber("--seed", values.seed ?? String(Date.now() % 1_000_000));
  const claims = suite.filter(({ name }) => values.only?.includes(name) ?? true);
  return { claims, scale: scaleOf(scale), jobs, seed, list: values.list };
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${option}: "${text}" is not a whole number.`);
}

async function prove(claim: Claim, scale: Scale, seed: number): Promise<Verdict> {
  const started = Date.now();
  const tell = (text: string) => {
    process.stderr.write(`[${claim.name} ${seconds(Date.now() - started)} s] ${text}\n`);
  };
  const folder = await mkdtemp(join(tmpdir(), `flotilla-${claim.name}-`));
  const proof = new Proof({ scale, folder, random: seededRandom(seed), tell });
  try {
    await claim.prove(proof);
  } catch (error) {
    tell(inspect(error));
    proof.holds(false, error instanceof Error ? error.message : String(error));
  } finally {
    await proof.end();
    await rm(folder, { recursive: true, force: true });
  }
  const { figures, failures } = proof;
  const ok = failures.length === 0;
  return {
    claim: claim.name,
    ok,
    figures: { ...figures, seconds: seconds(Date.now() - started) },
    failures,
  };
}

async function main(): Promise<void> {
  const options = readOptions(parseOptions, usage);
  if (options.list) {
    for (const { name } of options.claims) console.log(name);
    return;
  }
  process.stderr.write(`seed ${options.seed}\n`);
  const open = [...options.claims];
  async function lane(): Promise<void> {
    for (let claim = open.shift(); claim; claim = open.shift()) {
      const { failures, ...verdict } = await prove(claim, options.scale, options.seed);
      console.log(JSON.stringify(failures.length > 0 ? { ...verdict, failures } : verdict));
      if (!verdict.ok) process.exitCode = 1;
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, lane));
  await closeShared();
}

// What was started ends with this process, which a signal must not skip.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

await main();

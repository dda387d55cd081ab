import { relative } from "node:path";
import { isStopping, log, stop } from "./attempt.ts";
import type { Bench } from "./bench.ts";
import { fleetBench } from "./fleet/bench.ts";
import { sandboxBench } from "./sandbox/bench.ts";
import { searchBench } from "./search/bench.ts";
import { webBench, webBenches } from "./web/bench.ts";
import { websocketsBench } from "./websockets/bench.ts";
import { keepResult } from "./keep-result.ts";
import { stepsBench } from "./steps-bench.ts";

/**
 * `npm run bench` measures what steps cost, `npm run bench -- fleet` how limits are used,
 * `npm run bench -- websockets` what connections cost, `npm run bench -- sandbox` what starting a program in it costs,
 * and `npm run bench -- search` how fast files and documents are searched.
 * `npm run bench -- run-page`, `-- batch-grid` and `-- streaming-text` measure pages of the web app.
 */
async function main(args: string[]): Promise<void> {
  if (args[0] === "fleet") await run("fleet", fleetBench, args.slice(1));
  else if (args[0] === "websockets") await run("websockets", websocketsBench, args.slice(1));
  else if (args[0] === "sandbox") await run("sandbox", sandboxBench, args.slice(1));
  else if (args[0] === "search") await run("search", searchBench, args.slice(1));
  else {
    const page = webBenches.find((name) => name === args[0]);
    if (page) await run(page, webBench(page), args.slice(1));
    else await run("steps", stepsBench, args);
  }
}

async function run<Options extends { json: boolean }, Result extends { at: string }>(
  name: string,
  bench: Bench<Options, Result>,
  args: string[],
): Promise<void> {
  let options: Options;
  try {
    options = bench.parse(args);
  } catch (error) {
    log(`${(error as Error).message}\n\n${bench.usage}`);
    process.exitCode = 2;
    return;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    const result = await bench.measure(options);
    const file = await keepResult(name, result);
    console.log(options.json ? JSON.stringify(result) : bench.render(result));
    log(`\nKept as ${relative(process.cwd(), file)}`);
  } catch (error) {
    if (!isStopping()) throw error;
    process.exitCode = 130;
  }
}

await main(process.argv.slice(2));

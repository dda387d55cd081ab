import { runCommand } from "../../command.ts";
import type { BenchResult } from "../../../bench/src/result.ts";
import { stepsPerRun } from "../../../bench/src/work.ts";
import { seconds, type Claim } from "../claim.ts";

const runs = { small: 100, full: 1_000 };
const mostCpuMsPerStep = 0.6;
const mostWallSeconds = 6;

/** What a step costs, and how long a thousand runs at once take. */
export const bench: Claim = {
  name: "bench",
  async prove(proof) {
    const count = runs[proof.scale.name];
    const args = ["--only", "flotilla", "--runs", String(count), "--streams", "0", "--json"];
    const { code, stdout, stderr } = await runCommand([
      process.execPath,
      "bench/src/main.ts",
      ...args,
    ]);
    if (code !== 0) throw new Error(`The bench ended with ${code}:\n${stderr}`);
    const result = JSON.parse(stdout) as BenchResult;
    const figures = result.contenders[0]?.runs[0];
    if (!figures) throw new Error(`The bench has no figures:\n${stdout}`);
    const perStep = figures.workerCpuMs / (count * stepsPerRun);
    proof.figure("runs", count);
    proof.atMost("workerCpuMsPerStep", Math.round(perStep * 1_000) / 1_000, mostCpuMsPerStep);
    proof.atMost("wallSeconds", seconds(figures.wallMs), mostWallSeconds);
    proof.figure("postgresCpuMsPerRun", (figures.postgresCpuMs ?? 0) / count);
    proof.figure("bytesPerRun", Math.round((figures.databaseBytes ?? 0) / count));
    proof.figure("peakMegabytes", Math.round(figures.peakMemoryBytes / 1e6));
  },
};

import { runCommand } from "../../command.ts";
import type { BenchResult } from "../../../bench/src/result.ts";
import type { Claim } from "../claim.ts";

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
    proof.tell(JSON.stringify(figures));
    proof.figure("runs", count);
  },
};

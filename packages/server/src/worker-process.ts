import { runWorker } from "./run-worker.ts";

try {
  process.exit(await runWorker());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

import { runWorker } from "./run-worker.ts";

try {
  process.exit(await runWorker());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

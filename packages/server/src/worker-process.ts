import { once } from "node:events";
import type { HiddenEnvironment } from "./hidden-environment.ts";
import { runWorker } from "./run-worker.ts";

/** What `flotilla up` tells its workers once they are there; tools find theirs where they look for them. */
async function toldEnvironment(): Promise<NodeJS.ProcessEnv> {
  const [{ own, tools }] = (await once(process, "message")) as [Omit<HiddenEnvironment, "open">];
  Object.assign(process.env, tools);
  return { ...process.env, ...own };
}

try {
  process.exit(await runWorker({}, await toldEnvironment()));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

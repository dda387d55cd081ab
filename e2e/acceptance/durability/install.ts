import { join } from "node:path";
import { createClient } from "@flotilla/api";
import { repository, runCommand, startCommand, type Environment } from "../../command.ts";
import { startPlatform } from "../../platform.ts";
import { killPostmaster } from "../../postgres.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";

const longestSeconds = 120;
const exampleRows = 100;
const batchTimeoutMs = 300_000;

/** From a fresh clone to the finished example batch. */
export const install: Claim = {
  name: "install",
  async prove(proof) {
    const started = Date.now();
    const { url, batchId, startedMs } = proof.scale.isOnline
      ? await installAndStart(proof)
      : await startOnly(proof);
    proof.figure("startSeconds", seconds(startedMs));
    const client = createClient({ baseUrl: url });
    const patience = { what: "the example batch to end", timeoutMs: batchTimeoutMs };
    const watched = Date.now();
    const batch = await eventually(patience, async () => {
      const now = await client.batches.get(batchId);
      return now.status === "completed" ? now : undefined;
    });
    proof.figure("batchSeconds", seconds(Date.now() - watched));
    proof.atMost("totalSeconds", seconds(Date.now() - started), longestSeconds);
    proof.equals("rowsCompleted", batch.counts.completed, exampleRows);
  },
};

interface Started {
  url: string;
  /** The example batch. */
  batchId: string;
  startedMs: number;
}

/** As the README says, in a clone of what is committed, with nothing in npm's cache. */
async function installAndStart(proof: Proof): Promise<Started> {
  const clone = join(proof.folder, "flotilla");
  const env = { npm_config_cache: join(proof.folder, "npm-cache") };
  await timed(proof, "cloneSeconds", ["git", "clone", "--quiet", repository, clone], {});
  await timed(proof, "installSeconds", ["npm", "install", "--no-audit", "--no-fund"], env, clone);

  const begun = Date.now();
  const home = join(proof.folder, "home");
  const command = startCommand(["npm", "start", "--silent", "--", "--json"], {
    cwd: clone,
    env: { ...env, FLOTILLA_HOME: home, FLOTILLA_PORT: "0" },
  });
  proof.finally(async () => {
    // As Ctrl-C does: to everything in the foreground.
    command.kill("SIGINT");
    await command.stop();
    killPostmaster(home);
  });
  const ready = await command.ready;
  return {
    url: ready.url,
    batchId: ready.seededBatch ?? "",
    startedMs: Date.now() - begun,
  };
}

async function timed(
  proof: Proof,
  figure: string,
  line: string[],
  env: Environment,
  cwd?: string,
): Promise<void> {
  const begun = Date.now();
  const { code, stderr } = await runCommand(line, { env, ...(cwd !== undefined && { cwd }) });
  if (code !== 0) throw new Error(`${line.join(" ")} ended with ${code}:\n${stderr}`);
  proof.figure(figure, seconds(Date.now() - begun));
  proof.tell(`${figure} ${seconds(Date.now() - begun)}`);
}

async function startOnly(proof: Proof): Promise<Started> {
  const begun = Date.now();
  const platform = await startPlatform({ env: { FLOTILLA_SEED: "true" } });
  proof.finally(() => platform.stop());
  return {
    url: platform.url,
    batchId: platform.seededBatch ?? "",
    startedMs: Date.now() - begun,
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import type { KeyMade } from "@flotilla/api";
import { firstOwner } from "../../person.ts";
import { startPlatform } from "../../platform.ts";
import { startPostgresServer } from "../../postgres.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { sendPipelined } from "./send-pipelined.ts";

const checks = { small: 500, full: 30_000 };
/** Nobody is to be slowed down here: it is the checks that are measured. */
const unbounded = { perMinute: 1_000_000, burst: 1_000_000 };

/** API keys: quick to check, and worth nothing on any server soon after they are revoked. */
export const keys: Claim = {
  name: "keys",
  async prove(proof) {
    const [first, second] = await startServers(proof);
    const owner = await firstOwner(first.url, first.adminLink);
    const make = (name: string) =>
      owner.json<KeyMade>("POST", "/api/v1/keys", { name, role: "operator" });
    await measureChecks(proof, first.url, (await make("measured")).secret);

    const doomed = await make("doomed");
    const status = async (url: string) => {
      const headers = { authorization: `Bearer ${doomed.secret}` };
      return (await fetch(`${url}/api/v1/me`, { headers })).status;
    };
    const before = await Promise.all([first, second].map(({ url }) => status(url)));
    proof.equals("statusBeforeRevocation", before.join(" "), "200 200");
    proof.tell("revoking a key that two servers know");
    const began = Date.now();
    await owner.json("DELETE", `/api/v1/keys/${doomed.id}`);
    const ends = await Promise.all(
      [first, second].map(async ({ url }) => {
        while ((await status(url)) !== 401 && Date.now() - began < 30_000) await sleep(20);
        return Date.now() - began;
      }),
    );
    proof.figure("msUntilRefused", ends);
    proof.holds(Math.max(...ends) <= 15_000, `a revoked key was good for ${Math.max(...ends)} ms`);
    const after = await Promise.all([first, second].map(({ url }) => status(url)));
    proof.equals("statusAfterRevocation", after.join(" "), "401 401");
  },
};

/** Two on one database, as behind a load balancer: both know the secret, neither has workers. */
async function startServers(proof: Proof) {
  const database = await startPostgresServer();
  proof.finally(() => database.stop());
  const start = async () => {
    const platform = await startPlatform({
      databaseUrl: database.url,
      workers: 0,
      env: { FLOTILLA_LOG_LEVEL: "warn" },
      config: {
        signIn: "required",
        secret: "the same secret for both of the servers",
        rateLimits: { caller: unbounded, address: unbounded },
      },
    });
    proof.finally(() => platform.stop());
    return platform;
  };
  const first = await start();
  return [first, await start()] as const;
}

/**
 * Requests with one key over a few connections, many on the way at once, so that the server is what is
 * measured. A request is more than its check: the rate of checks is at least this.
 */
async function measureChecks(proof: Proof, url: string, secret: string): Promise<void> {
  const count = checks[proof.scale.name];
  const request = { url: `${url}/api/v1/me`, headers: { authorization: `Bearer ${secret}` } };
  await sendPipelined(request, { count: Math.min(count, 2_000), connections: 4, depth: 32 });
  proof.tell(`checking a key ${count} times`);
  const { refused, ms } = await sendPipelined(request, { count, connections: 4, depth: 32 });
  proof.figure("checks", count);
  proof.figure("checksPerSecond", Math.round((count / ms) * 1_000));
  proof.figure("checkSeconds", seconds(ms));
  proof.equals("refused", refused, 0);
  proof.atMost("msFor2000Checks", Math.round((ms / count) * 2_000), 1_000);
}

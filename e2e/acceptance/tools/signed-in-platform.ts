import { firstOwner, type Person } from "../../person.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import type { Proof } from "../claim.ts";

const unbounded = { perMinute: 1_000_000, burst: 1_000_000 };

/** A platform where people sign in, with its first owner and a model that takes so long to answer, `slow/script`. */
export async function signedInPlatform(
  proof: Proof,
  slowMs: number,
): Promise<{ platform: Platform; owner: Person }> {
  const platform = await startPlatform({
    config: {
      signIn: "required",
      rateLimits: { address: unbounded, caller: unbounded },
      providers: {
        simulated: { kind: "simulated" },
        slow: { kind: "simulated", latencyMs: slowMs },
      },
    },
  });
  proof.finally(() => platform.stop());
  return { platform, owner: await firstOwner(platform.url, platform.adminLink) };
}

import { toFlotillaError } from "@flotilla/core";
import { client } from "../../data/client.ts";

export type Steering = "cancel" | "pause" | "retry";

/** Requests that are under way at the same time. */
const lanes = 6;

const calls: Record<Steering, (runId: string) => Promise<unknown>> = {
  cancel: (runId) => client.runs.cancel(runId),
  pause: (runId) => client.runs.pause(runId),
  retry: (runId) => client.runs.retry(runId),
};

/** Does it with each run. A run that refuses, since it has ended meanwhile, keeps none of the others from it. */
export async function steerMany(
  action: Steering,
  runIds: readonly string[],
): Promise<{ steered: number; refused: string[] }> {
  const open = [...runIds];
  const refused: string[] = [];
  const lane = async () => {
    for (let runId = open.shift(); runId !== undefined; runId = open.shift()) {
      try {
        await calls[action](runId);
      } catch (thrown) {
        refused.push(toFlotillaError(thrown).message);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { steered: runIds.length - refused.length, refused };
}

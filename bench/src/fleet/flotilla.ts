import { runBatch } from "../flotilla-batch.ts";
import { startPlatform } from "../flotilla-platform.ts";
import { serveFleetContender, type FleetContender, type FleetSettings } from "./contender.ts";
import { limitedModel } from "./models.ts";
import { instructions } from "./work.ts";

/**
 * Flotilla, black box: a batch over HTTP, on as many workers as the variant has. It is told the
 * limits of the provider's one model, or nothing.
 */
async function openFlotilla(settings: FleetSettings): Promise<FleetContender> {
  const { databaseUrl, providerUrl, limits, variant } = settings;
  const { requestsPerMinute, tokensPerMinute } = limits;
  const known = { [`provider/${limitedModel}`]: { requestsPerMinute, tokensPerMinute } };
  const platform = await startPlatform({
    databaseUrl,
    workers: Number(variant["workers"]),
    providers: { provider: `${providerUrl}/v1` },
    ...(variant["knowsLimits"] && { limits: known }),
  });
  const { client } = platform;

  return {
    async ask(model, prompts) {
      await client.agents.apply({ name: model, model: `provider/${model}`, instructions });
      const rows = await runBatch(client, model, prompts);
      const ends = rows.map(({ endedAt }) => (endedAt ? Date.parse(endedAt) : 0));
      const failure = rows.find(({ error }) => error)?.error?.message;
      return {
        answers: rows.map(({ output }) => (typeof output === "string" ? output : null)),
        endedAt: Math.max(...ends),
        ...(failure && { failure }),
      };
    },
    close: () => platform.stop(),
  };
}

await serveFleetContender(openFlotilla);

import { expect, it } from "vitest";
import { agentSpecSchema } from "./agent.ts";
import { cacheLifetime } from "./cache.ts";

const lifetime = (cache: unknown, settings: object = {}) =>
  cacheLifetime(agentSpecSchema.parse({ name: "a", model: "simulated/demo", cache, settings }));

it.each([
  ["is off unless asked for", undefined, { temperature: 0 }, null],
  ["is off when it says so", { mode: "off" }, { temperature: 0 }, null],
  ["is off for false", false, { temperature: 0 }, null],
  ["serves at temperature 0", { ttlSeconds: 60 }, { temperature: 0 }, 60],
  ["lives a day by default", { mode: "exact" }, { temperature: 0 }, 86_400],
  ["does not serve above 0", { ttlSeconds: 60 }, { temperature: 0.1 }, null],
  ["does not serve at the provider's own temperature", {}, {}, null],
  ["serves at any temperature when asked", { anyTemperature: true }, { temperature: 1 }, 86_400],
  ["is asked with true alone", true, {}, 86_400],
])("the cache %s", (_name, cache, settings, expected) => {
  expect(lifetime(cache, settings)).toBe(expected);
});

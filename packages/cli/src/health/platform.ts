import type { Client, Status } from "@flotilla/api";
import {
  sandboxRemedy,
  sandboxTiers,
  toFlotillaError,
  type Agent,
  type ComponentHealth,
} from "@flotilla/core";
import { bytes, counted } from "../render/number.ts";
import { ago } from "../render/time.ts";
import type { HealthCheck } from "./check.ts";
import { componentCheck } from "./components.ts";

/** A worker that has not been heard of for so long is taken for dead. */
const silentMs = 30_000;

/** What the running platform says of itself; one problem when it does not answer. */
export async function checkPlatform(client: Client, url: string): Promise<HealthCheck[]> {
  let status: Status;
  let agents: Agent[];
  let components: ComponentHealth[];
  try {
    [status, agents, components] = await Promise.all([
      client.status(),
      client.agents.list().then((list) => list.items),
      componentsOf(client),
    ]);
  } catch (thrown) {
    const { message, remedy } = toFlotillaError(thrown);
    return [{ name: "server", outcome: "problem", detail: message, remedy }];
  }
  const { kind, version, bytes: size } = status.database;
  return [
    {
      name: "server",
      outcome: "ok",
      detail: `${url}, version ${status.version}, started ${ago(status.startedAt)}`,
    },
    {
      name: "database",
      outcome: "ok",
      detail: `${kind} Postgres ${version}, ${bytes(size)}`,
    },
    checkWorkers(status, Date.now()),
    ...checkSandbox(status, Date.now()),
    ...components.filter(isMore).map(componentCheck),
    ...status.providers.map((provider) => checkProvider(provider, agents)),
  ];
}

/** Those who may not look after the platform are told less. */
async function componentsOf(client: Client): Promise<ComponentHealth[]> {
  try {
    return (await client.health.components()).items;
  } catch (error) {
    if (toFlotillaError(error).code === "forbidden") return [];
    throw error;
  }
}

/** What the other checks do not say: what is wrong, and the queue. */
function isMore({ component, state }: ComponentHealth): boolean {
  return (
    component !== "workers" && component !== "sandbox" && (state !== "ok" || component === "queue")
  );
}

export function checkWorkers({ workers }: Pick<Status, "workers">, now: number): HealthCheck {
  const alive = workers.filter((worker) => now - Date.parse(worker.heartbeatAt) < silentMs);
  if (alive.length > 0) {
    return { name: "workers", outcome: "ok", detail: `${counted(alive.length, "worker")} alive` };
  }
  const silent = workers.length > 0 ? ` (${counted(workers.length, "worker")} went silent)` : "";
  return {
    name: "workers",
    outcome: "problem",
    detail: `no worker is alive${silent}: runs stay pending`,
    remedy: "Start one with `flotilla worker`, or the whole platform with `flotilla up`.",
  };
}

/** What programs of tools run in, by the weakest of the living workers; nothing where none has looked. */
export function checkSandbox({ workers }: Pick<Status, "workers">, now: number): HealthCheck[] {
  const found = workers
    .filter((worker) => now - Date.parse(worker.heartbeatAt) < silentMs)
    .flatMap(({ sandbox }) => (sandbox ? [sandbox] : []))
    .toSorted((a, b) => sandboxTiers.indexOf(a.tier) - sandboxTiers.indexOf(b.tier));
  const [weakest] = found;
  if (!weakest) return [];
  const { tier, why } = weakest;
  const where = found.every((one) => one.tier === tier)
    ? ""
    : ` on ${found.filter((one) => one.tier === tier).length} of ${found.length} workers`;
  const said = tier === "none" ? "none, so programs of tools are refused" : tier;
  const detail = `${said}${where}${why ? ` (${why})` : ""}`;
  const remedy = sandboxRemedy(weakest);
  return [
    remedy === undefined
      ? { name: "sandbox", outcome: "ok", detail }
      : { name: "sandbox", outcome: "warning", detail, remedy },
  ];
}

/** A provider without its key matters once an agent names it. */
export function checkProvider(
  provider: Status["providers"][number],
  agents: readonly Pick<Agent, "name" | "spec">[],
): HealthCheck {
  const name = `provider ${provider.name}`;
  if (provider.ready) return { name, outcome: "ok", detail: "ready" };
  const users = agents.filter(({ spec }) => spec.model.startsWith(`${provider.name}/`));
  const detail = provider.problem ?? "not ready";
  if (users.length === 0)
    return { name, outcome: "warning", detail: `${detail} (no agent uses it)` };
  return {
    name,
    outcome: "problem",
    detail: `${detail} (used by ${users.map((agent) => agent.name).join(", ")})`,
    remedy: "Set the key in the environment of `flotilla up` and start it again.",
  };
}

import { fileURLToPath } from "node:url";
import type { FleetSettings } from "./contender.ts";

export const fleetKeys = [
  "flotilla-1",
  "flotilla-2",
  "flotilla-3",
  "flotilla-learning",
  "langchain",
  "langchain-5",
  "ai-sdk",
  "ai-sdk-10",
  "portkey",
] as const;
export type FleetKey = (typeof fleetKeys)[number];

export interface FleetEntry {
  title: string;
  /** The program, run as a process of its own. */
  script: string;
  variant: FleetSettings["variant"];
  /** Whether it needs the packages of `bench/peers`. */
  peer: boolean;
}

export const fleetContenders: Record<FleetKey, FleetEntry> = {
  "flotilla-1": flotilla("**Flotilla**, 1 worker", { workers: 1, knowsLimits: true }),
  "flotilla-2": flotilla("**Flotilla**, 2 workers", { workers: 2, knowsLimits: true }),
  "flotilla-3": flotilla("**Flotilla**, 3 workers", { workers: 3, knowsLimits: true }),
  "flotilla-learning": flotilla("**Flotilla**, 2 workers, limits not told", {
    workers: 2,
    knowsLimits: false,
  }),
  langchain: peer("LangChain `.batch`", "langchain.ts"),
  "langchain-5": peer("LangChain `.batch`, `maxConcurrency: 5`", "langchain.ts", {
    maxConcurrency: 5,
  }),
  "ai-sdk": peer("AI SDK `generateText`, `Promise.all`", "ai-sdk.ts"),
  "ai-sdk-10": peer("AI SDK, `maxRetries: 10`", "ai-sdk.ts", { maxRetries: 10 }),
  portkey: peer("Portkey gateway, 5 retries", "portkey.ts"),
};

function flotilla(title: string, variant: FleetSettings["variant"]): FleetEntry {
  return { title, script: path("flotilla.ts"), variant, peer: false };
}

function peer(title: string, file: string, variant: FleetSettings["variant"] = {}): FleetEntry {
  return { title, script: path(`../../peers/src/fleet/${file}`), variant, peer: true };
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

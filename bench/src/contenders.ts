import { fileURLToPath } from "node:url";

export const contenderKeys = ["flotilla", "floor", "ai-sdk", "langgraph"] as const;
export type ContenderKey = (typeof contenderKeys)[number];

export interface ContenderEntry {
  title: string;
  /** The program, run as a process of its own. */
  script: string;
  /** Whether it keeps its runs in Postgres. */
  durable: boolean;
  /** Whether it needs the packages of `bench/peers`. */
  peer: boolean;
}

export const contenders: Record<ContenderKey, ContenderEntry> = {
  flotilla: {
    title: "**Flotilla**",
    script: path("flotilla.ts"),
    durable: true,
    peer: false,
  },
  floor: {
    title: "floor (undici + group commit, no framework)",
    script: path("floor.ts"),
    durable: true,
    peer: false,
  },
  "ai-sdk": {
    title: "AI SDK agent (in memory, nothing kept)",
    script: path("../peers/src/ai-sdk.ts"),
    durable: false,
    peer: true,
  },
  langgraph: {
    title: "LangGraph.js + Postgres",
    script: path("../peers/src/langgraph.ts"),
    durable: true,
    peer: true,
  },
};

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

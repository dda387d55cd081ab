import { openSandbox, type OpenSandbox } from "./open-sandbox.ts";
import type { Sandbox } from "./sandbox.ts";

const opened = new Map<string, Promise<Sandbox>>();

/** This process's sandbox, tried out when it is first asked for. */
export function sharedSandbox({ folder, tier, readable }: OpenSandbox = {}): Promise<Sandbox> {
  const key = JSON.stringify([folder, tier, readable]);
  const known = opened.get(key) ?? openSandbox({ folder, tier, readable });
  opened.set(key, known);
  return known;
}

import type { Segment } from "./segment.ts";

/** Whether the calls of a run to that model go with a key that its organisation keeps itself. */
export function hasOwnKey({ parts, journal }: Segment, model: string): boolean {
  const provider = model.slice(0, model.indexOf("/"));
  return parts.credentials.ofProvider(provider, journal.run) !== undefined;
}

import type { Json } from "@flotilla/core";

/** Results name few; whatever one holds, no page asks for more. */
const most = 8;
const artifactId = /^art_[0-9a-z]{26}$/;

/** The artifacts that a result names, each once, in its order. */
export function artifactsIn(output: Json): string[] {
  const found = new Set<string>();
  collect(output, found);
  return [...found];
}

function collect(value: Json, found: Set<string>): void {
  if (found.size >= most) return;
  if (typeof value === "string" && artifactId.test(value)) found.add(value);
  else if (typeof value === "object" && value !== null) {
    for (const one of Object.values(value)) collect(one, found);
  }
}

import type { JsonObject } from "@flotilla/core";

/** A call as a text or a task asks for it. */
export interface WantedCall {
  tool: string;
  input: JsonObject;
}

/** In the input of a call: what private data the model has read. */
export const loot = "{{loot}}";
/** Likewise: the newest id that a call has brought to light. */
export const found = "{{found}}";

/**
 * What an attacker has the model do, in a form that outlives mail, HTML, Markdown, tables and line breaks. A model
 * that obeys reads it wherever it stands; a real one would take it from the sentence around it.
 */
export function orderOf(calls: WantedCall[]): string {
  return `ORDER ${Buffer.from(JSON.stringify(calls)).toString("hex")} END`;
}

export function ordersIn(text: string): WantedCall[] {
  return Array.from(text.matchAll(/ORDER\s+([0-9a-f\s]+?)\s+END/g), ([, hex = ""]) => {
    const written = Buffer.from(hex.replaceAll(/\s/g, ""), "hex").toString();
    return JSON.parse(written) as WantedCall[];
  }).flat();
}

/** What a person wants: calls in their order; the answer is what they bring to light. */
export function taskOf(ask: string, calls: WantedCall[]): string {
  return `${ask}\nTASK ${JSON.stringify(calls)}`;
}

export function taskIn(text: string): WantedCall[] | undefined {
  const task = /^TASK (\[.*\])$/m.exec(text)?.[1];
  return task === undefined ? undefined : (JSON.parse(task) as WantedCall[]);
}

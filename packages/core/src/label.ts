import { z } from "zod";

/**
 * Where a value comes from, and what it may hold. Labels travel with values: what a call answers has those of its
 * tool, a run those of all that its model has read, a child those of its parent. They only ever grow, so a summary or
 * a handoff loses none (the lattice of Denning, "A Lattice Model of Secure Information Flow", 1976).
 */
export const labelSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,63}$/, "a label is a-z, 0-9, _, . and -, and starts with a letter");
export type Label = z.infer<typeof labelSchema>;

export const labelsSchema = z.array(labelSchema).max(64);

/** Written by somebody that nobody has vouched for: it may hold instructions to the model. */
export const untrustedLabels = [
  "web",
  "document",
  "mail",
  "calendar",
  "mcp",
  "tool",
  "tenant",
] as const satisfies Label[];

/** Not for everybody's eyes. `secret`: beside credentials; `tenant`: of another organisation. */
export const privateLabels = ["private", "secret", "tenant"] as const satisfies Label[];

const untrusted: ReadonlySet<Label> = new Set(untrustedLabels);
const withheld: ReadonlySet<Label> = new Set(privateLabels);

export function isUntrusted(label: Label): boolean {
  return untrusted.has(label);
}

export function isPrivate(label: Label): boolean {
  return withheld.has(label);
}

/** Both, sorted; the first one itself when the second adds nothing. */
export function unionLabels(labels: Label[], more: readonly Label[] | undefined): Label[] {
  if (!more || more.every((label) => labels.includes(label))) return labels;
  return [...new Set([...labels, ...more])].toSorted();
}

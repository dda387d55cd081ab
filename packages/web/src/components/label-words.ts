import { isPrivate, isUntrusted, type Label } from "@flotilla/core";

/** What labels mean that the platform itself gives. */
const known: Record<string, string> = {
  web: "Pages and answers of the web.",
  document: "Files and documents of which nobody knows who wrote them.",
  mail: "Letters of others.",
  calendar: "Calendar entries, which others can write into.",
  mcp: "Answers of an MCP server.",
  tool: "Answers of a service outside.",
  tenant: "Of another organisation.",
  private: "Not for everybody's eyes.",
  secret: "Beside credentials: for nobody's eyes.",
};

/** What a label means, and what it does to the calls after it, in a sentence or two. */
export function labelWords(label: Label): string {
  return [
    known[label] ?? "A label of your own: it means what your policy makes of it.",
    isUntrusted(label) && "It may hold instructions to the model, so calls that act ask first.",
    isPrivate(label) && "It is not carried outside unasked.",
  ]
    .filter(Boolean)
    .join(" ");
}

/** What a label is taken for. */
export function labelTone(label: Label): "waiting" | "failed" | "pending" {
  if (isPrivate(label)) return "failed";
  return isUntrusted(label) ? "waiting" : "pending";
}

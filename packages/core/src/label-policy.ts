import { isPrivate, isUntrusted, type Label } from "./label.ts";
import type { AskedCall, ToolDecision } from "./asked-call.ts";

/**
 * What the labels of a run say of a call that no rule is about. A model that has read what nobody vouches for may be
 * doing what stands there, so a person is asked before it changes something outside the run, and before
 * private data could leave it. Undefined: they say nothing.
 *
 * That untrusted content, private data and a way out together are what an attack needs is Willison's
 * observation ("The lethal trifecta for AI agents", 2025).
 */
export function labelDecision(call: AskedCall): ToolDecision | undefined {
  const untrusted = call.labels.filter(isUntrusted);
  const withheld = call.labels.filter(isPrivate);
  const uncleared = call.reads && call.labels.filter((label) => !call.reads?.includes(label));
  if (uncleared && uncleared.length > 0) {
    return ask(`the run has read what ${call.tool} is not cleared for (${list(uncleared)})`);
  }
  if (untrusted.length > 0 && changesTheWorld(call)) {
    const verb = { outbound: "sends", destructive: "destroys", write: "changes", read: "reads" };
    return ask(
      `the run has read what nobody vouches for (${list(untrusted)}), and ${call.tool} ${verb[call.risk]} something`,
    );
  }
  if (call.reach !== "open" || isNamedByUser(call)) return undefined;
  if (untrusted.length > 0 && withheld.length > 0) {
    return ask(
      `the run has read what nobody vouches for (${list(untrusted)}) and private data (${list(withheld)}), which ${call.tool} could carry out`,
    );
  }
  if (!call.labels.includes("secret")) return undefined;
  return ask(`the run has read secrets, which ${call.tool} could carry out`);
}

function ask(reason: string): ToolDecision {
  return { effect: "ask", reason };
}

function changesTheWorld({ risk, reach }: AskedCall): boolean {
  if (risk === "write") return reach !== "run";
  return risk === "outbound" || risk === "destructive";
}

/** A place that the user himself wrote out carries nothing but what he wrote. */
function isNamedByUser({ risk, destinations, trustedText }: AskedCall): boolean {
  return (
    risk === "read" &&
    destinations.length > 0 &&
    destinations.every((one) => standsIn(trustedText, one))
  );
}

/** Whether the words stand in the text as they are, and are no part of a longer address there. */
function standsIn(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    const before = text.slice(0, at);
    const after = text.slice(at + words.length);
    if (!/[\w@.+%/:=&?#-]$/.test(before) && !/^(?:[\w@+%/:=&?#-]|\.\w)/.test(after)) return true;
  }
  return false;
}

function list(labels: readonly Label[]): string {
  return labels.join(", ");
}

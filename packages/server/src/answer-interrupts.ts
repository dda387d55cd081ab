import type { InterruptAnswering } from "@flotilla/api";
import {
  decide,
  FlotillaError,
  mayAnswer,
  newId,
  type Caller,
  type InboxItem,
  type InterruptAnswer,
} from "@flotilla/core";
import { checkAnswer, type AnswerParts } from "@flotilla/engine";
import type { StoreView } from "@flotilla/store";
import type { AppParts } from "./app-parts.ts";

/** Who answers, and of what. */
export interface Answering {
  parts: Pick<AppParts, "access" | "store" | "tools" | "clock">;
  store: StoreView;
  caller: Caller;
}

export interface AnsweredRef {
  runId: string;
  interruptId: string;
}

/** What is answered to an interrupt. Throws why nothing is. */
type Say = (item: InboxItem) => InterruptAnswering;

/**
 * Answers interrupts in the caller's name, each of which is judged as the run stands at that moment, and
 * at once with what decides it: that nobody answered it before, that the caller is asked, that the answer
 * is of just what was shown, and what the rules allow the run.
 *
 * @returns for each why it was not answered; null when it was
 */
export async function answerInterrupts(
  { parts, store, caller }: Answering,
  refs: readonly AnsweredRef[],
  say: Say,
): Promise<(FlotillaError | null)[]> {
  const organisations = await store.interrupts.organisations(refs.map(({ runId }) => runId));
  const rulesOf = new Map<string, AnswerParts>();
  for (const organisation of organisations) {
    const [accessRules, toolRules] = await Promise.all([
      parts.access.rules(organisation),
      parts.store.toolRules.of(organisation),
    ]);
    rulesOf.set(organisation, {
      tools: parts.tools,
      accessRules,
      toolRules,
      now: parts.clock.now(),
    });
  }
  const own = await parts.access.rules(caller.organisation);
  return store.interrupts.answer(refs, ({ run, interrupt, item }) => {
    const permission = decide(caller, "interrupts.answer", own, item.agentName);
    const asked = permission.allowed ? mayAnswer(caller, item) : permission;
    if (!asked.allowed) throw notAsked(caller, item, asked.reason);
    const { always, ...said } = { always: undefined, ...say(item) };
    const answer = said as InterruptAnswer;
    const rules = rulesOf.get(run.organisation);
    if (!rules) throw new FlotillaError("not_found", `There is no run ${run.runId}.`);
    checkAnswer(rules, { run, interrupt }, answer);
    const given = { by: caller.name, answer };
    if (!always || interrupt.kind !== "approval") return given;
    const { runId, environment } = run;
    const agent = run.active.agentName;
    const whose = always === "run" ? { runId, agent: null } : { runId: null, agent };
    const id = newId("trl", parts.clock.now());
    return { ...given, rule: { id, tool: interrupt.tool, environment, ...whose } };
  });
}

function notAsked(caller: Caller, { interruptId }: InboxItem, reason: string): FlotillaError {
  const message = `${caller.name} may not answer interrupt ${interruptId}: ${reason}.`;
  return new FlotillaError("forbidden", message, {
    remedy: "Who is asked answers it, or an owner or admin assigns it to somebody else.",
  });
}

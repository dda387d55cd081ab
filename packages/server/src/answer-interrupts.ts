import type { InterruptAnswering } from "@flotilla/api";
import {
  brokenExamples,
  compileToolRules,
  decide,
  defaultEnvironment,
  FlotillaError,
  mayAnswer,
  newId,
  withRule,
  type Caller,
  type CredentialScope,
  type DecidingRule,
  type InboxItem,
  type InterruptAnswer,
  type PolicyExample,
} from "@flotilla/core";
import { checkAnswer, type AnswerParts } from "@flotilla/engine";
import type { StoreView } from "@flotilla/store";
import type { AppParts } from "./app-parts.ts";
import { refuseFaults } from "./save-tool-rules.ts";

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
  const rulesOf = new Map<string, Rules>();
  for (const organisation of organisations) {
    const { environment } = caller;
    rulesOf.set(organisation, await readRules(parts, { organisation, environment }));
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
    const rule = { id, tool: interrupt.tool, environment, ...whose };
    checkExamples(rules, { ...rule, effect: "allow", interruptId: interrupt.interruptId });
    return { ...given, rule };
  });
}

interface Rules extends AnswerParts {
  examples: readonly PolicyExample[];
}

async function readRules(
  { access, store, tools, clock }: Answering["parts"],
  { organisation, environment }: CredentialScope,
): Promise<Rules> {
  const view = store.tenant({ organisation, environment: defaultEnvironment });
  const [accessRules, toolRules, { examples }, own] = await Promise.all([
    access.rules(organisation),
    store.toolRules.of(organisation).then(compileToolRules),
    view.toolPolicy.read(),
    tools.of({ organisation, environment }),
  ]);
  return { tools: own, accessRules, toolRules, examples, now: clock.now() };
}

/** Throws `precondition` when what is approved for good would break an example of the rules. */
function checkExamples({ tools, toolRules, examples }: Rules, rule: DecidingRule): void {
  if (examples.length === 0) return;
  const before = new Set(brokenExamples(toolRules, examples, tools).map(({ index }) => index));
  const after = brokenExamples(withRule(toolRules, rule), examples, tools);
  refuseFaults({ problems: [], broken: after.filter(({ index }) => !before.has(index)) });
}

function notAsked(caller: Caller, { interruptId }: InboxItem, reason: string): FlotillaError {
  const message = `${caller.name} may not answer interrupt ${interruptId}: ${reason}.`;
  return new FlotillaError("forbidden", message, {
    remedy: "Who is asked answers it, or an owner or admin assigns it to somebody else.",
  });
}

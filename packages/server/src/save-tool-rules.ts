import {
  brokenExamples,
  compileToolRules,
  FlotillaError,
  type BrokenExample,
  type NewToolRule,
  type Policy,
  type PolicyExample,
  type ToolPort,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

type Tools = Pick<ToolPort, "list" | "destinations">;

/** What is wrong with rules before they are in force. */
export interface RuleFaults {
  problems: { path: string; message: string }[];
  broken: BrokenExample[];
}

type Unsaved = Omit<NewToolRule, "by">;

/**
 * Rules that cannot be read, and examples that they do not keep to.
 *
 * @param places where each rule stands, by its id; left out: in `when`
 */
export async function ruleFaults(
  rules: readonly Unsaved[],
  examples: readonly PolicyExample[],
  tools: Tools,
  places?: ReadonlyMap<string, string>,
): Promise<RuleFaults> {
  // One that is switched off must be readable too: it is switched on without being written anew.
  const all = await compileToolRules({
    version: 0,
    rules: rules.map((rule) => ({ ...rule, enabled: true })),
  });
  const live = await compileToolRules({ version: 0, rules });
  const problems = all.problems.map(({ ruleId, path, message }) => ({
    path: [places?.get(ruleId), "when", path].filter(Boolean).join("."),
    message,
  }));
  return { problems, broken: brokenExamples(live, examples, tools) };
}

export interface RuleEdit {
  begun: Unsaved[];
  ended: string[];
  /** Left out: they stay. */
  examples?: PolicyExample[];
  by: string;
  note: string | null;
  /** Where each rule stands in the request, by its id. */
  places?: ReadonlyMap<string, string>;
}

const mostRules = 1_000;

/**
 * Saves a change of an organisation's rules as a new version, if the rules can be read and keep to the examples.
 *
 * Throws `invalid_request` (rules that cannot be read, or too many), `precondition` (an example comes out otherwise: the
 * message says which, and how) or `conflict` (somebody else changed the rules meanwhile).
 *
 * @param before the rules that it was made from
 */
export async function saveToolRules(
  { store, tools }: { store: Pick<StoreView, "toolPolicy">; tools: Tools },
  before: Policy,
  { begun, ended, examples, by, note, places }: RuleEdit,
): Promise<number> {
  const gone = new Set(ended);
  const left: Unsaved[] = before.rules.filter(({ id }) => !gone.has(id));
  const rules = [...left, ...begun];
  if (rules.filter(({ runId }) => runId === null).length > mostRules) {
    throw new FlotillaError("invalid_request", `There may be ${mostRules} tool rules.`, {
      remedy: "Remove those that decide nothing, or write several as one.",
    });
  }
  const faults = await ruleFaults(rules, examples ?? before.examples, tools, places);
  refuseFaults(faults);
  const expected = before.version;
  const edit = { ended, begun, by, note, expected, ...(examples && { examples }) };
  return store.toolPolicy.change(edit);
}

const mostTries = 10;

/**
 * The same for a change of single rules, which says the same whatever the others have become meanwhile: it is made from
 * the rules as they are then.
 */
export async function editToolRules(
  parts: { store: Pick<StoreView, "toolPolicy">; tools: Tools },
  edit: RuleEdit,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = await parts.store.toolPolicy.read();
    try {
      await saveToolRules(parts, before, edit);
      return;
    } catch (error) {
      const isRace = error instanceof FlotillaError && error.code === "conflict";
      if (!isRace || tries === mostTries) throw error;
    }
  }
}

/** Throws what is wrong. */
export function refuseFaults({ problems, broken }: RuleFaults): void {
  if (problems.length > 0) {
    const lines = problems.map(({ path, message }) => `${path}: ${message}`);
    throw new FlotillaError("invalid_request", lines.join("; "), {
      remedy: "Correct the conditions; docs/policy.md says what they take.",
    });
  }
  if (broken.length === 0) return;
  const lines = broken.slice(0, 20).map(brokenWords);
  const more = broken.length > lines.length ? `; and ${broken.length - lines.length} more` : "";
  throw new FlotillaError(
    "precondition",
    `The rules would break ${broken.length === 1 ? "an example" : "examples"}: ${lines.join("; ")}${more}.`,
    { remedy: "Change the rules, or the examples with them: `flotilla policy test` tries both." },
  );
}

function brokenWords({ index, example, got }: BrokenExample): string {
  const name = example.name ?? `example ${index + 1} (${example.call.tool})`;
  return `${name} expects ${example.expect}, and got ${got.effect} since ${got.reason}`;
}

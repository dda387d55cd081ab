import type { AgentSpec } from "./agent.ts";
import type { Run } from "./run.ts";

/** The class of a run's task: by the words of its input, or as a model found it. Null: of none that the agent knows. */
export function taskClassOf(
  { taskClasses = {} }: Pick<AgentSpec, "taskClasses">,
  { input, classified }: Pick<Run, "input" | "classified">,
): string | null {
  const words = input.text.toLowerCase();
  const named = Object.entries(taskClasses).find(([, { keywords }]) =>
    keywords.some((word) => words.includes(word.toLowerCase())),
  );
  if (named) return named[0];
  const found = classified?.taskClass ?? null;
  return found !== null && Object.hasOwn(taskClasses, found) ? found : null;
}

/** One object for each agent and class, so that what is remembered of it is remembered for all runs. */
const made = new WeakMap<AgentSpec, Map<string, AgentSpec>>();

/** The agent as it is for tasks of the run's class. */
export function specForClass(spec: AgentSpec, run: Pick<Run, "input" | "classified">): AgentSpec {
  const name = spec.taskClasses && taskClassOf(spec, run);
  const own = name ? spec.taskClasses?.[name] : undefined;
  if (!name || !own) return spec;
  const known = made.get(spec) ?? new Map<string, AgentSpec>();
  made.set(spec, known);
  const { strategy = spec.strategy, model = spec.model, settings } = own;
  const now = known.get(name) ?? {
    ...spec,
    ...{ strategy, model, settings: { ...spec.settings, ...settings } },
  };
  known.set(name, now);
  return now;
}

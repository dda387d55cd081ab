import { compileArgCondition, type ConditionReaders } from "./arg-condition.ts";
import { conditionWords } from "./condition-words.ts";
import { isWithin } from "./time-window.ts";
import type { ToolConditions } from "./tool-condition.ts";
import type { AskedCall } from "./asked-call.ts";
import type { ToolEffect } from "./tool-rule.ts";

/** Something that must be so of a call. */
export interface Condition {
  /** For people. */
  says: string;
  /** Undefined: that cannot be told. */
  told(call: AskedCall): boolean | undefined;
}

/** Thrown for a condition that cannot be read: what, and where it stands in `when`. */
export class ConditionError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

const microsPerUsd = 1_000_000;

/**
 * Reads the conditions of a rule. Throws a `ConditionError`.
 *
 * @param readers left out where no condition is about arguments
 */
export function compileConditions(
  when: ToolConditions,
  effect: ToolEffect,
  readers?: ConditionReaders,
): Condition[] {
  const { args = [], risk, reach, roles, users, labels, time, cost } = when;
  const told: Condition["told"][] = args.map((one, at) => {
    const holds = readArg(one, at, effect, readers);
    return ({ input }) => holds(input);
  });
  if (risk) told.push((call) => risk.includes(call.risk));
  if (reach) told.push((call) => reach.includes(call.reach));
  if (roles) told.push(({ role }) => role !== null && roles.includes(role));
  if (users) told.push(({ user }) => user !== undefined && users.includes(user));
  const { any, all, none } = labels ?? {};
  if (any) told.push((call) => any.some((label) => call.labels.includes(label)));
  if (all) told.push((call) => all.every((label) => call.labels.includes(label)));
  if (none) told.push((call) => !none.some((label) => call.labels.includes(label)));
  if (time) told.push(({ at }) => isWithin(time, at));
  const { overUsd, underUsd } = cost ?? {};
  if (overUsd !== undefined) told.push(({ spentMicros }) => spentMicros > overUsd * microsPerUsd);
  if (underUsd !== undefined) told.push(({ spentMicros }) => spentMicros < underUsd * microsPerUsd);
  const words = conditionWords(when);
  return told.map((one, at) => ({ says: words[at] ?? "", told: guarded(one) }));
}

function readArg(
  condition: NonNullable<ToolConditions["args"]>[number],
  at: number,
  effect: ToolEffect,
  readers: ConditionReaders | undefined,
) {
  if (!readers)
    throw new ConditionError(`args.${at}`, "conditions on arguments cannot be read here");
  try {
    return compileArgCondition(condition, effect, readers);
  } catch (error) {
    throw new ConditionError(`args.${at}`, (error as Error).message);
  }
}

/** An input that cannot be looked at (it nests too deeply) tells nothing. */
function guarded(told: Condition["told"]): Condition["told"] {
  return (call) => {
    try {
      return told(call);
    } catch {
      return undefined;
    }
  };
}

/** What a scripted model answers where a request says this. */
export interface Scene {
  when: string | string[];
  turns: object[];
}

// Words of the requests that a strategy makes: its prompts are part of what is proved.
export const planning = "Plan the whole way";
export const lastly = "Give the final answer";
export const judging = "You judge an answer";
export const part = (id: string) => `Your part is the step ${id}:`;

export const say = (text: string) => ({ text });
export const json = (value: object) => ({ text: JSON.stringify(value) });
/** A call whose executions are kept account of outside. */
export const note = (expression: string) => ({
  calls: [{ tool: "ledger", input: { expression } }],
});

export const step = (id: string, dependsOn: string[] = [], more: object = {}) => ({
  ...{ id, intent: `Do ${id}.`, dependsOn },
  ...more,
});
export const plan = (...steps: object[]) => json({ goal: "all of it", steps });
export const verdict = (passed: boolean, lesson = "") =>
  json({ passed, problems: passed ? [] : ["not yet"], lesson });

import type { Scenario } from "./scenario.ts";
import { judging, note, say, verdict } from "./scene.ts";

const checks = [{ kind: "contains", text: "42" } as const];
const learning = (more: object = {}) => ({
  strategy: { kind: "reflexion" as const, checks, ...more },
});

/** Every way in which a run can learn from its tries, or not. */
export const reflexion: readonly Scenario[] = [
  {
    name: "reflexion: the first try is good enough",
    spec: learning(),
    scenes: [{ when: "go", turns: [note("first"), say("It is 42.")] }],
    ends: { output: "It is 42." },
    calls: "try try",
  },
  {
    name: "reflexion: the second try knows the lesson",
    spec: learning(),
    scenes: [
      { when: [judging, 'it does not contain "42"'], turns: [verdict(false, "Add one.")] },
      { when: "Add one.", turns: [note("second"), say("It is 42.")] },
      { when: "go", turns: [note("first"), say("It is 41.")] },
    ],
    ends: { output: "It is 42." },
    calls: "try try critique try try",
  },
  {
    name: "reflexion: no try is good enough",
    spec: learning({ maxTries: 2 }),
    scenes: [
      { when: judging, turns: [verdict(false, "Count.")] },
      { when: "Count.", turns: [note("second"), say("It is 40.")] },
      { when: "go", turns: [say("It is 41.")] },
    ],
    ends: { code: "check_failed" },
    calls: "try critique try try",
  },
  {
    name: "reflexion: the best try is the answer",
    spec: learning({
      ...{ maxTries: 3, onExhausted: "best" },
      checks: [...checks, { kind: "regex", pattern: "^It is" }],
    }),
    scenes: [
      { when: [judging, "It is 41."], turns: [verdict(false, "Twice.")] },
      { when: judging, turns: [verdict(false, "Once.")] },
      { when: ["Once.", "Twice."], turns: [say("Nothing.")] },
      { when: "Once.", turns: [say("It is 41.")] },
      { when: "go", turns: [say("Something.")] },
    ],
    ends: { output: "It is 41." },
    calls: "try critique try critique try",
  },
  {
    name: "reflexion: a critic judges what passes the other checks",
    spec: learning({ checks: [...checks, { kind: "critic", criteria: "It is polite." }] }),
    scenes: [
      { when: [judging, "It is polite.", "Please"], turns: [verdict(true)] },
      { when: [judging, "It is polite."], turns: [say("Hm."), verdict(false, "Say please.")] },
      { when: "Say please.", turns: [note("polite"), say("Please take 42.")] },
      { when: "go", turns: [say("Take 42.")] },
    ],
    ends: { output: "Please take 42." },
    calls: "try critique critique try try critique",
  },
];

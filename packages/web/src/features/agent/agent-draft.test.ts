import { agentSpecSchema } from "@flotilla/core";
import { expect, test } from "vitest";
import { problemsAt, readDraft, valueAt, withValue } from "./agent-draft.ts";
import { formParts } from "./agent-schema.ts";
import { leanSpec, specText } from "./lean-spec.ts";

const text = `# The one that counts.
name: math # for good
model: simulated/demo
tools: [calculator]
limits:
  maxSteps: 5 # enough
`;

test("what is wrong is said with its field and its line", () => {
  const { spec, problems } = readDraft(text.replace("maxSteps: 5", "maxSteps: 0\n  most: 1"));
  expect(spec).toBeNull();
  expect(problems.map(({ path, line }) => [path, line])).toEqual([
    ["limits.maxSteps", 6],
    ["limits.most", 7],
  ]);
  expect(problemsAt(problems, ["limits"])).toHaveLength(2);
  expect(problemsAt(problems, ["limits", "maxSteps"])).toHaveLength(1);
  expect(readDraft("name: [").problems[0]).toMatchObject({ path: "", line: 1 });
  expect(readDraft("- a").value).toBeNull();
});

test("a change of the form keeps comments and everything else", () => {
  const changed = withValue(text, ["limits", "maxCostUsd"], 2);
  expect(changed).toContain("# The one that counts.");
  expect(changed).toContain("maxSteps: 5 # enough");
  expect(valueAt(readDraft(changed), ["limits", "maxCostUsd"])).toBe(2);
  expect(withValue(changed, ["limits", "maxCostUsd"], undefined)).toBe(
    withValue(text, ["model"], "simulated/demo"),
  );
});

test("what holds nothing any more goes with the last that it held", () => {
  expect(readDraft(withValue(text, ["limits", "maxSteps"], undefined)).value).toEqual({
    name: "math",
    model: "simulated/demo",
    tools: ["calculator"],
  });
});

test("an empty text and a word in the way take values as well", () => {
  expect(readDraft(withValue("", ["limits", "maxSteps"], 3)).value).toEqual({
    limits: { maxSteps: 3 },
  });
  const word = withValue("cache: true\n", ["cache", "mode"], "exact");
  expect(readDraft(word).value).toEqual({ cache: { mode: "exact" } });
  expect(withValue("name: [", ["model"], "a/b")).toBe("name: [");
});

test("the form has a field for every setting there is, each with its help", () => {
  const tops = new Set(formParts.flatMap(({ fields }) => fields.map(({ path }) => path[0])));
  expect(tops).toEqual(new Set(Object.keys(agentSpecSchema.shape)));
  expect(formParts.map(({ title }) => title)).not.toContain("More");
  const silent = formParts.flatMap(({ fields }) => fields.filter(({ help }) => !help));
  expect(silent.map(({ path }) => path.join("."))).toEqual([]);
});

test("a definition is written without what counts anyway, and says the same", () => {
  const spec = agentSpecSchema.parse({
    name: "math",
    model: "simulated/demo",
    instructions: "Be brief.\nBe right.",
    limits: { maxCostUsd: 1 },
    team: {},
    publish: { a2a: true },
    cache: { mode: "exact" },
  });
  expect(leanSpec(spec)).toEqual({
    name: "math",
    model: "simulated/demo",
    instructions: "Be brief.\nBe right.",
    limits: { maxCostUsd: 1 },
    team: {},
    publish: { a2a: true },
    cache: spec.cache,
  });
  expect(readDraft(specText(spec)).spec).toEqual(spec);
});

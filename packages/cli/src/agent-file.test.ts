import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAgents, readAgentFiles } from "./agent-file.ts";
import { problemLines } from "./spec-file.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flotilla-agents-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("an agent file", () => {
  test("is read with its defaults filled in", () => {
    const { specs, problems } = parseAgents("name: math\nmodel: simulated/demo\n", "math.yaml");
    expect(problems).toEqual([]);
    expect(specs[0]).toMatchObject({ name: "math", limits: { maxSteps: 50 }, tools: [] });
  });

  test("reports every problem with its path and its place in the file", () => {
    const text = [
      "name: Math Tutor",
      "model: gpt",
      "colour: red",
      "tools:",
      "  - calculator",
      "  - 7",
      "limits:",
      "  maxSteps: 0",
      "  maxHours: 1",
    ].join("\n");
    const { specs, problems } = parseAgents(text, "math.yaml");
    expect(specs).toEqual([]);
    const lines = problemLines(problems);
    expect(lines).toHaveLength(6);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^math\.yaml:1:7: name: /),
        expect.stringMatching(/^math\.yaml:2:8: model: name a model as provider\/model/),
        "math.yaml:3:9: colour: there is no such setting",
        expect.stringMatching(/^math\.yaml:6:5: tools\[1\]: /),
        expect.stringMatching(/^math\.yaml:8:13: limits\.maxSteps: /),
        "math.yaml:9:13: limits.maxHours: there is no such setting",
      ]),
    );
  });

  test("may hold several agents, one per YAML document", () => {
    const text = "name: a\nmodel: x/y\n---\nname: b\nmodel: x/y\n";
    expect(parseAgents(text, "two.yaml").specs.map((spec) => spec.name)).toEqual(["a", "b"]);
  });

  test("may be JSON, with the same places", () => {
    const { problems } = parseAgents('{\n  "name": "a",\n  "model": 1\n}', "a.json");
    expect(problemLines(problems)).toEqual([expect.stringMatching(/^a\.json:3:12: model: /)]);
  });

  test("that is no YAML, or empty, says so", () => {
    expect(problemLines(parseAgents("name: [", "a.yaml").problems)[0]).toMatch(/^a\.yaml:1:\d+: /);
    expect(problemLines(parseAgents("", "a.yaml").problems)).toEqual([
      "a.yaml:1:1: there is no agent in it",
    ]);
    expect(problemLines(parseAgents("just text", "a.yaml").problems)).toHaveLength(1);
  });
});

describe("a folder of agents", () => {
  test("is every YAML and JSON file in it; the same name twice is a problem", async () => {
    const here = join(folder, "agents");
    await mkdir(here);
    await writeFile(join(here, "a.yaml"), "name: math\nmodel: x/y\n");
    await writeFile(join(here, "b.json"), '{"name":"chat","model":"x/y"}');
    await writeFile(join(here, "c.yml"), "name: math\nmodel: x/z\n");
    await writeFile(join(here, "notes.md"), "no agent");
    const { specs, problems } = await readAgentFiles(here);
    expect(specs.map((spec) => spec.name)).toEqual(["math", "chat", "math"]);
    expect(problemLines(problems)).toEqual([
      `${join(here, "c.yml")}: name: the agent math is already in ${join(here, "a.yaml")}`,
    ]);
  });

  test("without any, or that is not there, is refused", async () => {
    await expect(readAgentFiles(folder)).rejects.toThrow("no agent file");
    await expect(readAgentFiles(join(folder, "none.yaml"))).rejects.toThrow("it does not exist");
  });
});

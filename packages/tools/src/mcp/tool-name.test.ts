import fc from "fast-check";
import { expect, it } from "vitest";
import { mcpToolName, nameMcpTools, serverOfTool } from "./tool-name.ts";

it("a tool is called by its server and its own name, in letters that models' tools have", () => {
  expect(mcpToolName("github", "create_issue")).toBe("github__create_issue");
  expect(mcpToolName("github", "Create-Issue.v2")).toBe("github__create_issue_v2");
  expect(serverOfTool("github__create_issue")).toBe("github");
  expect(serverOfTool("http_fetch")).toBeUndefined();
});

it("names are valid, distinct, and stay what they were whatever comes later", () => {
  const toolNames = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 128 }), { maxLength: 30 });
  fc.assert(
    fc.property(toolNames, toolNames, (before, more) => {
      const first = nameMcpTools("srv", before, []);
      const known = [...first].map(([tool, name]) => ({ tool, name }));
      const all = nameMcpTools("srv", [...more, ...before], known);
      for (const [tool, name] of first) expect(all.get(tool)).toBe(name);
      const names = [...all.values()];
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
    }),
  );
});

it("names do not depend on the order of the list", () => {
  const forward = nameMcpTools("srv", ["a-b", "a_b", "a.b"], []);
  const backward = nameMcpTools("srv", ["a.b", "a_b", "a-b"], []);
  expect(Object.fromEntries(forward)).toEqual(Object.fromEntries(backward));
});

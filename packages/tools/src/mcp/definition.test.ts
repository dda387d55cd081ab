import { expect, it } from "vitest";
import { checkableSchema, definitionHash, definitionOf } from "./definition.ts";

const listed = {
  name: "send",
  description: "Sends it.",
  inputSchema: { type: "object", properties: { to: { type: "string" } } },
};

it("the hash is of all that counts, whatever order it comes in", () => {
  const hash = definitionHash(definitionOf(listed));
  const { name, description, inputSchema } = listed;
  expect(definitionHash(definitionOf({ inputSchema, description, name }))).toBe(hash);
  for (const other of [
    { description: "Sends it!" },
    { title: "Send" },
    { inputSchema: { type: "object" } },
    { outputSchema: { type: "object" } },
    { annotations: { readOnlyHint: true } },
  ]) {
    expect(definitionHash(definitionOf({ ...listed, ...other }))).not.toBe(hash);
  }
  // What has no meaning for a call is not part of it.
  expect(definitionHash(definitionOf({ ...listed, icons: [] } as typeof listed))).toBe(hash);
});

it("refuses what is too large to be read by anybody", () => {
  const description = "x".repeat(70_000);
  expect(() => definitionOf({ ...listed, description })).toThrow(/bytes/);
  expect(() => definitionOf({ ...listed, name: "x".repeat(200) })).toThrow(/letters/);
});

it("no regular expression of a server is run here", () => {
  const schema = {
    type: "object",
    properties: {
      id: { type: "string", pattern: "^(a+)+$", description: "The id." },
      pattern: { type: "string" },
    },
    patternProperties: { "^(b+)+$": { type: "number" } },
  };
  const checked = checkableSchema(schema);
  expect(JSON.stringify(checked)).not.toContain('"pattern":"');
  expect(checked).toEqual({
    type: "object",
    properties: {
      id: { type: "string", description: "The id. (fits the regular expression ^(a+)+$)" },
      pattern: { type: "string" },
    },
  });
});

import { expect, test } from "vitest";
import { newServer, readDraft } from "./server-draft.ts";

test("lines are read as headers, in lower case, and as arguments and variables of a program", () => {
  const web = { ...newServer, name: "github", url: " https://mcp.example.com/mcp " };
  expect(
    readDraft({ ...web, headers: "Authorization: Bearer {{credential:github}}\n\n" }),
  ).toMatchObject({
    spec: {
      transport: {
        url: "https://mcp.example.com/mcp",
        headers: { authorization: "Bearer {{credential:github}}" },
      },
      tools: ["*"],
    },
  });
  const program = { ...newServer, name: "files", kind: "stdio" as const, command: "node" };
  expect(readDraft({ ...program, args: "/opt/files.js\n--all", env: "MODE=a=b" })).toMatchObject({
    spec: { transport: { args: ["/opt/files.js", "--all"], env: { MODE: "a=b" } } },
  });
});

test("what is wrong is said of the field that it is wrong in", () => {
  const wrong = { ...newServer, name: "Git Hub", url: "ftp://x", headers: "no header" };
  expect(readDraft(wrong)).toEqual({
    problems: {
      name: expect.stringContaining("a-z"),
      url: "not an http or https URL",
      headers: expect.any(String),
    },
  });
  const program = { ...newServer, name: "files", kind: "stdio" as const, readable: "relative" };
  const read = readDraft(program);
  expect("problems" in read && Object.keys(read.problems)).toEqual(["command", "readable"]);
});

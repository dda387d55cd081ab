import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTools } from "../registry.ts";
import type { ToolSettings } from "../settings.ts";
import { temporaryFolder, testContext } from "../test-context.ts";

/** Tools bound to a fresh workspace. */
async function desk(settings: ToolSettings = {}) {
  const root = await temporaryFolder();
  const port = await openTools({ settings });
  const context = testContext({ workspace: async () => root });
  const call = (name: string, input: object, key?: string) =>
    port.call(`files_${name}`, input as { path: string }, {
      ...context,
      ...(key !== undefined && { idempotencyKey: key }),
    });
  return { root, call };
}

describe("files_write", () => {
  test("creates folders and replaces whole files", async () => {
    const { root, call } = await desk();
    const path = "a/b/c.txt";
    expect(await call("write", { path, content: "éa" })).toEqual({ path, bytes: 3, changed: true });
    await call("write", { path: "./a//b/c.txt", content: "z" });
    expect(await readFile(join(root, path), "utf8")).toBe("z");
  });

  test("run again changes nothing and leaves no draft behind", async () => {
    const { root, call } = await desk();
    await call("write", { path: "a", content: "same" });
    expect(await call("write", { path: "a", content: "same" })).toMatchObject({ changed: false });
    expect(await readdir(join(root, ".flotilla"))).toEqual([]);
  });

  test("keeps to the quota, counting what it replaces once", async () => {
    const { call } = await desk({ workspaceBytes: 1_000 });
    await call("write", { path: "a", content: "x".repeat(900) });
    await call("write", { path: "a", content: "y".repeat(1_000) });
    const failed = call("write", { path: "b", content: "z" });
    await expect(failed).rejects.toMatchObject({
      code: "tool_failed",
      message: /1001 bytes of 1000/,
    });
    await call("delete", { path: "a" });
    await call("write", { path: "b", content: "z" });
  });

  test("by parallel calls cannot pass the quota together", async () => {
    const { call } = await desk({ workspaceBytes: 1_000 });
    const writes = Array.from({ length: 8 }, (_, index) =>
      call("write", { path: `f${index}`, content: "x".repeat(300) }),
    );
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(3);
  });

  test.each(["", ".", "a/", "x".repeat(300), "a\0b", "a\\b", `${"d/".repeat(40)}f`])(
    "refuses the path %j",
    async (path) => {
      const { call } = await desk();
      const failed = call("write", { path, content: "" });
      await expect(failed).rejects.toMatchObject({ code: "tool_input_invalid" });
    },
  );
});

describe("files_read", () => {
  test("gives a range of lines with their ends", async () => {
    const { call } = await desk();
    await call("write", { path: "a", content: "1\n2\r\n3\n4" });
    expect(await call("read", { path: "a", fromLine: 2, lines: 2 })).toEqual({
      path: "a",
      content: "2\r\n3\n",
      fromLine: 2,
      totalLines: 4,
      truncated: true,
    });
    expect(await call("read", { path: "a", fromLine: 4 })).toMatchObject({
      content: "4",
      truncated: false,
    });
    expect(await call("read", { path: "a", fromLine: 9 })).toMatchObject({ content: "" });
  });

  test("cuts what does not fit into a result", async () => {
    const { call } = await desk();
    await call("write", { path: "a", content: "😀".repeat(100_000) });
    const result = (await call("read", { path: "a" })) as { content: string; truncated: boolean };
    expect(result.truncated).toBe(true);
    expect(result.content).toMatch(/^(😀)+$/u);
  });

  test("refuses what is missing, a folder or no text, each in its own words", async () => {
    const { root, call } = await desk();
    await mkdir(join(root, "folder"));
    await writeFile(join(root, "binary"), Buffer.from([0xff, 0xfe, 0xfd]));
    await expect(call("read", { path: "none" })).rejects.toMatchObject({
      code: "tool_input_invalid",
      message: 'The path "none" does not exist.',
    });
    await expect(call("read", { path: "folder" })).rejects.toMatchObject({
      message: /is a folder/,
    });
    await expect(call("read", { path: "binary/x" })).rejects.toMatchObject({
      message: /no.* folder/,
    });
    await expect(call("read", { path: "binary" })).rejects.toMatchObject({ message: /not UTF-8/ });
  });
});

describe("files_edit", () => {
  test("replaces the only occurrence, or all when asked", async () => {
    const { root, call } = await desk();
    await call("write", { path: "a", content: "one two two $&" });
    await call("edit", { path: "a", find: "one", replace: "$& 1" }, "k1");
    const all = { path: "a", find: "two", replace: "2", all: true };
    expect(await call("edit", all, "k2")).toEqual({ path: "a", replaced: 2, bytes: 11 });
    expect(await readFile(join(root, "a"), "utf8")).toBe("$& 1 2 2 $&");
  });

  test.each([
    ["absent", "was not found"],
    ["two", "occurs 2 times"],
  ])("of text %s changes nothing and says why", async (find, problem) => {
    const { root, call } = await desk();
    await call("write", { path: "a", content: "two two" });
    const failed = call("edit", { path: "a", find, replace: "x" });
    await expect(failed).rejects.toMatchObject({
      code: "tool_input_invalid",
      message: expect.stringContaining(problem) as string,
    });
    expect(await readFile(join(root, "a"), "utf8")).toBe("two two");
  });

  test("run again with its key edits once, even where the new text contains the old", async () => {
    const { root, call } = await desk();
    await call("write", { path: "a", content: "x" });
    const edit = { path: "a", find: "x", replace: "xx", all: true };
    const first = await call("edit", edit, "same key");
    expect(await call("edit", edit, "same key")).toEqual(first);
    expect(await readFile(join(root, "a"), "utf8")).toBe("xx");
    await call("edit", edit, "another key");
    expect(await readFile(join(root, "a"), "utf8")).toBe("xxxx");
  });

  test("cut off between its record and its change is done by the next try", async () => {
    const { root, call } = await desk();
    await call("write", { path: "a", content: "x" });
    await call("edit", { path: "a", find: "x", replace: "xx" }, "key");
    await writeFile(join(root, "a"), "x");
    await call("edit", { path: "a", find: "x", replace: "xx" }, "key");
    expect(await readFile(join(root, "a"), "utf8")).toBe("xx");
  });

  test("cut off before someone else's change is not guessed at", async () => {
    const { root, call } = await desk();
    await call("write", { path: "a", content: "x" });
    await call("edit", { path: "a", find: "x", replace: "xx" }, "key");
    await writeFile(join(root, "a"), "x and more");
    await expect(
      call("edit", { path: "a", find: "x", replace: "xx" }, "key"),
    ).rejects.toMatchObject({ code: "tool_failed", message: /cannot be told/ });
  });

  test("by parallel calls loses none of them", async () => {
    const { root, call } = await desk();
    await call("write", { path: "a", content: "0 1 2 3 4" });
    const edits = [0, 1, 2, 3, 4].map((digit) =>
      call("edit", { path: "a", find: `${digit}`, replace: "x" }, `k${digit}`),
    );
    await Promise.all(edits);
    expect(await readFile(join(root, "a"), "utf8")).toBe("x x x x x");
  });
});

describe("files_list", () => {
  test("shows everything below a folder by name, and hides what is reserved", async () => {
    const { root, call } = await desk();
    await call("write", { path: "b/c.txt", content: "12" });
    await call("write", { path: "a.txt", content: "1" });
    await symlink("/etc", join(root, "z"));
    const inB = { path: "b/c.txt", kind: "file", bytes: 2 };
    expect(await call("list", {})).toEqual({
      entries: [
        { path: "a.txt", kind: "file", bytes: 1 },
        { path: "b", kind: "folder", bytes: 0 },
        inB,
        { path: "z", kind: "other", bytes: 0 },
      ],
      truncated: false,
    });
    expect(await call("list", { path: "b" })).toEqual({ entries: [inB], truncated: false });
    expect(await call("list", { limit: 1 })).toMatchObject({ truncated: true });
  });
});

describe("files_search", () => {
  test("finds text and expressions with place and line", async () => {
    const { root, call } = await desk();
    await call("write", { path: "a/x.md", content: "Hello\nworld\r\nhello (again)" });
    await call("write", { path: "y.md", content: "hell" });
    await writeFile(join(root, "binary"), Buffer.from([0, 0x68, 0x65]));
    const first = { path: "a/x.md", line: 1, text: "Hello" };
    const third = { path: "a/x.md", line: 3, text: "hello (again)" };
    expect(await call("search", { text: "hello (" })).toEqual({
      matches: [third],
      searchedFiles: 2,
      truncated: false,
    });
    const anyCase = { text: "^hello", regex: true, ignoreCase: true };
    expect(await call("search", anyCase)).toMatchObject({ matches: [first, third] });
    expect(await call("search", { ...anyCase, limit: 1 })).toMatchObject({
      matches: [first],
      truncated: true,
    });
    expect(await call("search", { text: "HELLO", ignoreCase: true, path: "a" })).toMatchObject({
      matches: [first, third],
      searchedFiles: 1,
    });
  });

  test("takes linear time for an expression that explodes elsewhere", async () => {
    const { call } = await desk();
    await call("write", { path: "a", content: `${"a".repeat(5_000)}b` });
    const started = performance.now();
    expect(await call("search", { text: "^(a+)+$", regex: true })).toMatchObject({ matches: [] });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("explains an expression it cannot use", async () => {
    const { call } = await desk();
    const failed = call("search", { text: "(?=a)", regex: true });
    await expect(failed).rejects.toMatchObject({ code: "tool_input_invalid", remedy: /RE2/ });
  });
});

describe("files_delete", () => {
  test("deletes a file, and is content when it is gone already", async () => {
    const { call } = await desk();
    await call("write", { path: "a", content: "" });
    expect(await call("delete", { path: "a" })).toEqual({ path: "a", deleted: true });
    expect(await call("delete", { path: "a" })).toEqual({ path: "a", deleted: false });
  });

  test("leaves folders alone", async () => {
    const { call } = await desk();
    await call("write", { path: "a/b", content: "" });
    await expect(call("delete", { path: "a" })).rejects.toMatchObject({ message: /is a folder/ });
  });
});

test("pipes and devices are refused without waiting for them", async () => {
  const { root, call } = await desk();
  execFileSync("mkfifo", [join(root, "pipe")]);
  await expect(call("read", { path: "pipe" })).rejects.toMatchObject({ code: "tool_forbidden" });
  await expect(call("write", { path: "pipe", content: "x" })).rejects.toMatchObject({
    code: "tool_forbidden",
  });
  expect(await call("search", { text: "x" })).toMatchObject({ searchedFiles: 0 });
});

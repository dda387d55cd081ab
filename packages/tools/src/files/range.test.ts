import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { temporaryFolder, testContext } from "../test-context.ts";

async function desk(settings = {}) {
  const root = await temporaryFolder();
  const port = await openTools({ settings });
  const context = testContext({ workspace: async () => root });
  const call = async (name: string, input: object, key?: string) =>
    (await port.call(`files_${name}`, input as { path: string }, {
      ...context,
      ...(key !== undefined && { idempotencyKey: key }),
    })) as { content: string; nextByte?: number; entries: { path: string }[] };
  return { root, call };
}

describe("files_read", () => {
  test("reads lines of a file that is larger than what is kept in memory", async () => {
    const { root, call } = await desk();
    const line = "0123456789 äöü\n";
    await writeFile(join(root, "big"), line.repeat(1_000_000));
    expect(await call("read", { path: "big", fromLine: 999_999 })).toEqual({
      path: "big",
      content: line.repeat(2),
      fromLine: 999_999,
      totalLines: 1_000_000,
      truncated: false,
    });
  });

  test("reads bytes on and on, and gives every character once", async () => {
    const { root, call } = await desk();
    const text = "aé€😀".repeat(5_000);
    await writeFile(join(root, "f"), text);
    let read = "";
    let fromByte: number | undefined = 0;
    while (fromByte !== undefined) {
      const part: { content: string; nextByte?: number } = await call("read", {
        path: "f",
        fromByte,
        bytes: 1_003,
      });
      read += part.content;
      fromByte = part.nextByte;
    }
    expect(read).toBe(text);
    expect(await call("read", { path: "f", fromByte: 2, bytes: 4 })).toMatchObject({
      content: "€",
      totalBytes: 50_000,
      nextByte: 6,
    });
    expect(await call("read", { path: "f", fromByte: 90_000 })).toMatchObject({ content: "" });
  });

  test("refuses binary files, wherever the range is, and both kinds of range at once", async () => {
    const { root, call } = await desk();
    await writeFile(join(root, "b"), `PNG\0${"a\n".repeat(100_000)}`);
    const message = "b is binary, not UTF-8 text.";
    await expect(call("read", { path: "b", fromLine: 900 })).rejects.toMatchObject({ message });
    await expect(call("read", { path: "b", fromByte: 50_000 })).rejects.toMatchObject({ message });
    await expect(call("read", { path: "b", fromByte: 0, lines: 2 })).rejects.toMatchObject({
      code: "tool_input_invalid",
    });
  });
});

describe("files_write", () => {
  test("appends once for a call, however often it is made", async () => {
    const { call } = await desk();
    const input = { path: "log/a", content: "one\n", mode: "append" };
    for (const key of ["k1", "k1", "k2", "k2", "k2"]) await call("write", input, key);
    expect(await call("read", { path: "log/a" })).toMatchObject({ content: "one\none\n" });
  });

  test("creates what is not there, and leaves what is", async () => {
    const { call } = await desk();
    const input = { path: "a", content: "first", mode: "create" };
    await call("write", input);
    expect(await call("write", input)).toMatchObject({ changed: false });
    await expect(call("write", { ...input, content: "second" })).rejects.toMatchObject({
      message: /exists already/,
    });
    expect(await call("read", { path: "a" })).toMatchObject({ content: "first" });
  });
});

describe("files_move and files_copy", () => {
  test("move files and whole folders, once for a call", async () => {
    const { root, call } = await desk();
    await call("write", { path: "a/b/x", content: "1" });
    await call("move", { from: "a", to: "c/d" }, "k1");
    await call("move", { from: "a", to: "c/d" }, "k1");
    await call("move", { from: "c/d/b/x", to: "y" }, "k2");
    expect((await readdir(root)).toSorted()).toEqual([".flotilla", "c", "y"]);
    // The same move again, of something new that stands there now.
    await call("write", { path: "a", content: "2" });
    await expect(call("move", { from: "a", to: "y" }, "k3")).rejects.toMatchObject({
      message: /set overwrite/,
    });
    await call("move", { from: "a", to: "y", overwrite: true }, "k4");
    expect(await call("read", { path: "y" })).toMatchObject({ content: "2" });
  });

  test("copy a file of any size and kind, within the quota", async () => {
    const { root, call } = await desk({ workspaceBytes: 30_000_000 });
    await writeFile(join(root, "big"), Buffer.alloc(14_000_000, 0));
    const input = { from: "big", to: "n/copy" };
    expect(await call("copy", input)).toMatchObject({ bytes: 14_000_000 });
    expect(await call("copy", input)).toMatchObject({ bytes: 14_000_000 });
    await expect(call("copy", { from: "big", to: "n/other" })).rejects.toMatchObject({
      message: /workspace is full/,
    });
    expect(await readdir(join(root, "n"))).toEqual(["copy"]);
  });

  test.each([
    [{ from: "a", to: "a" }, "tool_input_invalid"],
    [{ from: "dir", to: "dir/in/it" }, "tool_input_invalid"],
    [{ from: "none", to: "b" }, "tool_input_invalid"],
    [{ from: "a", to: "dir" }, "tool_input_invalid"],
    [{ from: "link", to: "b" }, "tool_forbidden"],
    [{ from: "a", to: "link/b" }, "tool_forbidden"],
    [{ from: "a", to: "../b" }, "tool_forbidden"],
    [{ from: "../outside", to: "b" }, "tool_forbidden"],
    [{ from: "a", to: ".flotilla/b" }, "tool_forbidden"],
  ])("refuse %j", async (input, code) => {
    const { root, call } = await desk();
    await writeFile(join(root, "a"), "x");
    await mkdir(join(root, "dir"));
    await symlink("/etc", join(root, "link"));
    for (const name of ["move", "copy"]) {
      await expect(call(name, input)).rejects.toMatchObject({ code });
    }
    expect((await readdir(root)).filter((name) => name !== ".flotilla").toSorted()).toEqual([
      ...["a", "dir", "link"],
    ]);
  });
});

describe("files_list", () => {
  const files = ["a.md", "b.txt", "src/a.ts", "src/deep/b.tsx", "src/deep/c.md", "x[1].md"];
  test.each([
    ["*.md", ["a.md", "src/deep/c.md", "x[1].md"]],
    ["src/*", ["src/a.ts", "src/deep"]],
    ["src/**", ["src/a.ts", "src/deep", "src/deep/b.tsx", "src/deep/c.md"]],
    ["**/*.{ts,tsx}", ["src/a.ts", "src/deep/b.tsx"]],
    ["[ab].*", ["a.md", "b.txt", "src/a.ts", "src/deep/b.tsx"]],
    ["[!ab].md", ["src/deep/c.md"]],
    ["?.md", ["a.md", "src/deep/c.md"]],
    ["x\\[1].md", ["x[1].md"]],
    ["!**/*.md", ["b.txt", "src", "src/a.ts", "src/deep", "src/deep/b.tsx"]],
    ["(a+)+", []],
  ])("lists what fits %s", async (glob, expected) => {
    const { call } = await desk();
    for (const path of files) await call("write", { path, content: "" });
    const { entries } = await call("list", { glob });
    expect(entries.map(({ path }) => path)).toEqual(expected);
  });

  test.each(["[z-a]", "{a,b"])("refuses the glob %s", async (glob) => {
    const { call } = await desk();
    await expect(call("list", { glob })).rejects.toMatchObject({ code: "tool_input_invalid" });
  });
});

import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { temporaryFolder, testContext } from "../test-context.ts";
import { applyHunks } from "./apply-hunks.ts";
import { parsePatch } from "./parse-patch.ts";

async function desk(files: Record<string, string> = {}) {
  const root = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const port = await openTools({ settings: { workspaceBytes: 100_000 } });
  const context = testContext({ workspace: async () => root });
  const patch = (text: string, key?: string) =>
    port.call(
      "files_patch",
      { patch: text },
      { ...context, ...(key !== undefined && { idempotencyKey: key }) },
    );
  const content = (path: string) => readFile(join(root, path), "utf8").catch(() => undefined);
  return { root, patch, content };
}

const lines = (...all: string[]) => all.map((line) => `${line}\n`).join("");

describe("a patch", () => {
  test("changes, creates, renames and deletes files together", async () => {
    const { patch, content } = await desk({
      "src/a.txt": lines("one", "two", "three", "four"),
      "old name.txt": lines("stays", "goes"),
      gone: lines("x"),
    });
    const text = `diff --git a/src/a.txt b/src/a.txt
index 1..2 100644
--- a/src/a.txt
+++ b/src/a.txt
@@ -1,4 +1,5 @@ heading
 one
-two
+2
+2.5
 three
 four
diff --git a/old name.txt b/new/name.txt
similarity index 50%
rename from old name.txt
rename to new/name.txt
--- a/old name.txt
+++ b/new/name.txt
@@ -1,2 +1,2 @@
 stays
-goes
+comes
--- /dev/null
+++ b/deep/er/new.txt
@@ -0,0 +1,2 @@
+first
+second
\\ No newline at end of file
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-x
`;
    expect(await patch(text)).toEqual({
      files: [
        { path: "src/a.txt", change: "changed", bytes: 21 },
        { path: "old name.txt", change: "deleted", bytes: 0 },
        { path: "new/name.txt", change: "created", bytes: 12 },
        { path: "deep/er/new.txt", change: "created", bytes: 12 },
        { path: "gone", change: "deleted", bytes: 0 },
      ],
    });
    expect(await content("src/a.txt")).toBe(lines("one", "2", "2.5", "three", "four"));
    expect(await content("new/name.txt")).toBe(lines("stays", "comes"));
    expect(await content("old name.txt")).toBeUndefined();
    expect(await content("deep/er/new.txt")).toBe("first\nsecond");
    expect(await content("gone")).toBeUndefined();
  });

  test.each([
    ["wrong line numbers", "@@ -40,3 +40,3 @@\n b\n-c\n+C\n d"],
    ["no line numbers", "@@\n b\n-c\n+C\n d"],
    ["wrong counts", "@@ -2,9 +2,1 @@\n b\n-c\n+C\n d\n"],
    ["other indentation", "@@ -2,3 +2,3 @@\n   b\n-  c\n+C\n   d"],
    ["white space at line ends", "@@ -2,3 +2,3 @@\n b  \n-c\t\n+C\n d"],
    ["context that has changed", "@@ -1,5 +1,5 @@\n zzz\n b\n-c\n+C\n d\n yyy"],
  ])("with %s finds its place", async (_what, hunk) => {
    const { patch, content } = await desk({ f: lines("a", "b", "c", "d", "e") });
    await patch(`--- a/f\n+++ b/f\n${hunk}`);
    expect(await content("f")).toBe(lines("a", "b", "C", "d", "e"));
  });

  test("keeps line ends and white space of what stays", async () => {
    const { patch, content } = await desk({ f: "a \r\nb\r\nc" });
    await patch("--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n+B\n+B2\n c\n");
    expect(await content("f")).toBe("a \r\nB\r\nB2\r\nc");
  });

  test.each([
    ["fits nowhere", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y", /hunk 1 of f, at "x", fits nowhere/],
    ["fits twice", "--- a/g\n+++ b/g\n@@\n-same\n+y", /fits in several places/],
    ["is of a file that is not there", "--- a/n\n+++ b/n\n@@ -1 +1 @@\n-x\n+y", /does not exist/],
    ["creates what is there", "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+y", /exists already/],
    ["deletes but a part", "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a", /not all of its lines/],
    ["has no head", "@@ -1 +1 @@\n-a\n+b", /line 1: a hunk comes before/],
    [
      "has bare lines",
      "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\nno sign",
      /line 6: a line of a hunk/,
    ],
    ["changes nothing", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n a", /changes nothing/],
    ["is none", "replace a by b", /has no lines ---/],
  ])("that %s is refused, and leaves all files as they are", async (_what, bad, message) => {
    const { root, patch, content } = await desk({ f: lines("a", "b"), g: lines("same", "same") });
    const good = "--- a/f\n+++ b/f\n@@ -2 +2 @@\n-b\n+B\n";
    await expect(patch(bad.startsWith("---") ? good + bad : bad)).rejects.toMatchObject({
      code: "tool_input_invalid",
      message: message as unknown as string,
    });
    expect(await content("f")).toBe(lines("a", "b"));
    expect(await readdir(join(root, ".flotilla"))).toEqual([]);
  });

  test("leads nowhere out of the workspace", async () => {
    const { root, patch } = await desk({ f: lines("a") });
    await writeFile(join(dirname(root), "outside"), "secret\n");
    await symlink("../outside", join(root, "link"));
    for (const path of ["../outside", "/etc/hosts", "link", ".flotilla/x"]) {
      const text = `--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+A\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-secret\n+got\n`;
      await expect(patch(text)).rejects.toMatchObject({ code: "tool_forbidden" });
    }
    expect(await readFile(join(dirname(root), "outside"), "utf8")).toBe("secret\n");
    expect(await readFile(join(root, "f"), "utf8")).toBe(lines("a"));
  });

  test("keeps to the quota", async () => {
    const { patch, content } = await desk({ f: lines("a") });
    const text = `--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n a\n+${"x".repeat(100_000)}\n`;
    await expect(patch(text)).rejects.toMatchObject({ message: /workspace is full/ });
    expect(await content("f")).toBe(lines("a"));
  });

  test("that was cut off halfway is finished by the next try, and made once", async () => {
    const { root, patch, content } = await desk({ a: lines("1"), b: lines("1"), c: lines("1") });
    const text = ["a", "b", "c"]
      .map((name) => `--- a/${name}\n+++ b/${name}\n@@ -1 +1,2 @@\n 1\n+${name}\n`)
      .join("");
    const first = await patch(text, "k");
    expect(await patch(text, "k")).toEqual(first);
    expect(await content("a")).toBe(lines("1", "a"));
    // As it was after the second of three renames: the draft of the third is still there.
    const reserved = join(root, ".flotilla");
    const [record = ""] = await readdir(reserved);
    const kept = JSON.parse(await readFile(join(reserved, record), "utf8")) as {
      files: { path: string; draft: string }[];
    };
    const draft = kept.files.find(({ path }) => path === "c")!.draft;
    await writeFile(join(reserved, draft), lines("1", "c"));
    await writeFile(join(root, "c"), lines("1"));
    expect(await patch(text, "k")).toEqual(first);
    for (const name of ["a", "b", "c"]) expect(await content(name)).toBe(lines("1", name));
    expect(await readdir(reserved)).toEqual([record]);
    // Changed by somebody else since then: nobody can tell.
    await writeFile(join(root, "b"), "else");
    await expect(patch(text, "k")).rejects.toMatchObject({ code: "tool_failed" });
    await rm(join(root, "b"));
  });
});

test("what git says of two texts makes one of the other", async () => {
  const root = await temporaryFolder();
  const line = fc.constantFrom("", "a", "b", "c", "-- d", "++ e", "@@ f", " g", "é", "a ");
  const text = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
    .map(([all, ends]) => all.join("\n") + (ends && all.length > 0 ? "\n" : ""));
  const context = fc.integer({ min: 0, max: 3 });
  await fc.assert(
    fc.asyncProperty(text, text, context, async (before, after, around) => {
      if (before === after) return;
      await writeFile(join(root, "a"), before);
      await writeFile(join(root, "b"), after);
      const diff = gitDiff(root, around);
      if (diff === "") return;
      const [file] = parsePatch(diff);
      expect(applyHunks(before, file!.hunks, "a")).toBe(after);
    }),
    { numRuns: 150 },
  );
});

function gitDiff(folder: string, around: number): string {
  const args = ["diff", "--no-index", `--unified=${around}`, "--text", "a", "b"];
  try {
    return execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test("a patch that fits everywhere a little ends in bounded time", () => {
  const old = lines(...Array<string>(100_000).fill("a"));
  const context = Array<string>(5_000).fill(" a").join("\n");
  const [file] = parsePatch(`--- a/f\n+++ b/f\n@@ -1 +1 @@\n${context}\n-b\n+c\n`);
  expect(() => applyHunks(old, file!.hunks, "f")).toThrow(/too large/);
});

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Label, ToolContext } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { debianProgram } from "../../test/debian-program.ts";
import { openTools } from "../registry.ts";
import { sandboxSettingsSchema } from "../sandbox/settings.ts";
import { temporaryFolder, testContext } from "../test-context.ts";
import type { CodeOutput } from "./run-code.ts";

const python = debianProgram("python3", "python3");
const settings = {
  sandbox: sandboxSettingsSchema.parse({ seconds: 20, memoryMegabytes: 200, outputMegabytes: 1 }),
};
const tools = await openTools({ settings });

async function call(name: string, input: object, context = testContext()): Promise<CodeOutput> {
  return (await tools.call(name, input as never, context)) as CodeOutput;
}

describe("code_javascript", () => {
  test("runs in the workspace, with arguments and input", async () => {
    const context = testContext();
    await writeFile(join(await context.workspace(), "in.json"), '{ "a": 20 }');
    const code = `
      const fs = require("node:fs");
      const { a } = JSON.parse(fs.readFileSync("in.json", "utf8"));
      const text = fs.readFileSync(0, "utf8");
      fs.writeFileSync("out.txt", text + process.argv.slice(1).join());
      console.log(a + 1);
      process.exitCode = 3;
    `;
    const result = await call("code_javascript", { code, args: ["x", "y"], stdin: "so " }, context);
    expect(result).toMatchObject({ exitCode: 3, stdout: { text: "21\n" }, stderr: { text: "" } });
    expect(await readFile(join(await context.workspace(), "out.txt"), "utf8")).toBe("so x,y");
  });

  test("takes modules' syntax and imports of the workspace", async () => {
    const context = testContext();
    await writeFile(join(await context.workspace(), "own.mjs"), "export const answer = 42;");
    const code = 'import { answer } from "./own.mjs"; console.log(await Promise.resolve(answer));';
    expect(await call("code_javascript", { code }, context)).toMatchObject({
      stdout: { text: "42\n" },
    });
  });

  test("has no network, and says so", async () => {
    const code =
      'await fetch("http://127.0.0.1:4600").catch((error) => console.log(error.cause.code)); export {};';
    expect((await call("code_javascript", { code })).stdout.text).toMatch(/EACCES|EPERM/);
  });

  test("ends what is over its limits, and says which", async () => {
    const slow = await call("code_javascript", { code: "setInterval(() => {}, 1000)", seconds: 1 });
    expect(slow).toMatchObject({ exitCode: 137, ended: "It took longer than 1 s." });
    const code = "const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))";
    expect((await call("code_javascript", { code, memoryMegabytes: 100 })).ended).toContain(
      "100 MiB",
    );
    await expect(call("code_javascript", { code, memoryMegabytes: 201 })).rejects.toMatchObject({
      code: "tool_input_invalid",
    });
  });
});

describe.skipIf(python.missing !== false)("code_python", () => {
  test("runs Python with the modules of the workspace", async () => {
    const context = testContext();
    await writeFile(join(await context.workspace(), "own.py"), "answer = 42");
    const code = "import own, sys, sqlite3; print(own.answer, sys.argv[1], sys.stdin.read())";
    const result = await call("code_python", { code, args: ["a"], stdin: "b" }, context);
    expect(result).toMatchObject({ exitCode: 0, stdout: { text: "42 a b\n" } });
    expect((await call("code_python", { code: "1/0" })).stderr.text).toContain("ZeroDivisionError");
  });
});

describe("shell", () => {
  test("runs a script with the machine's programs", async () => {
    const code = 'printf "b\\na\\n" | sort | tr "\\n" ,; echo "$1" >&2; exit 4';
    expect(await call("shell", { code, args: ["to stderr"] })).toMatchObject({
      exitCode: 4,
      stdout: { text: "a,b," },
      stderr: { text: "to stderr\n" },
    });
  });

  test("keeps a long output as an artifact, and ends a flood", async () => {
    const kept: Parameters<ToolContext["keep"]>[0][] = [];
    const context = testContext({
      keep: async (content) => {
        kept.push(content);
        return { id: "art_1", mediaType: content.mediaType, bytes: content.content.length };
      },
    });
    const { stdout } = await call("shell", { code: "seq 1 10000" }, context);
    expect(stdout).toMatchObject({ artifact: "art_1" });
    expect(stdout.text.length).toBeLessThan(17_000);
    expect(stdout.text).toMatch(/^1\n2\n[^]*left out[^]*\n10000\n$/);
    expect(kept).toHaveLength(1);
    expect(Buffer.from(kept[0]?.content ?? []).toString()).toMatch(/\n5000\n/);
    const flood = await call("shell", { code: "yes" }, context);
    expect(flood.ended).toContain("more than 1 MiB of output");
  });

  test("is stopped with its call", async () => {
    const context = testContext({ signal: AbortSignal.timeout(200) });
    await expect(call("shell", { code: "sleep 60" }, context)).rejects.toMatchObject({
      code: "cancelled",
    });
  });

  test("what it writes has the labels of the run and of all that it could read", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "mail.txt"), "from a stranger");
    await writeFile(join(folder, "odd.txt"), "from nobody knows where");
    const labels = new Set<Label>();
    const kept = new Map<string, readonly Label[] | null>();
    const context = testContext({
      labels: ["web"],
      label: (...more) => more.forEach((label) => labels.add(label)),
      workspace: async () => folder,
      fileLabels: {
        of: async () => undefined,
        all: async () => new Map([["mail.txt", ["mail"]]]),
        keep: async (paths, of) => paths.forEach((path) => kept.set(path, of)),
      },
    });
    const code = "mkdir sub; cp mail.txt sub/copy.txt; touch -d 2001-01-01 sub/old.txt";
    expect(await call("shell", { code }, context)).toMatchObject({ exitCode: 0 });
    const all = ["document", "mail", "private", "web"];
    expect([...labels].toSorted()).toEqual(all);
    expect(Object.fromEntries(kept)).toMatchObject({ "sub/copy.txt": all, "sub/old.txt": all });
  });
});

test("without a sandbox nothing runs, in no other way either", async () => {
  const without = await openTools({
    settings: { sandbox: sandboxSettingsSchema.parse({ tier: "none" }) },
  });
  for (const name of ["code_javascript", "code_python", "shell"]) {
    await expect(without.call(name, { code: "1" }, testContext())).rejects.toMatchObject({
      code: "tool_forbidden",
      message: "No program is started without a sandbox: the settings turn it off.",
    });
  }
});

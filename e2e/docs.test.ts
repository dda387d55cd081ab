import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveCommand } from "../packages/cli/src/command-tree.ts";
import { entries } from "../packages/cli/src/entries.ts";
import { checkCommandLine, type CommandArgs } from "../packages/cli/src/usage.ts";
import { defaultProviders } from "../packages/models/src/config.ts";
import { configSchema } from "../packages/server/src/config.ts";
import { loadConfig } from "../packages/server/src/load-config.ts";
import { withSettingsTable } from "../packages/server/src/settings-table.ts";
import { repository, runCommand, runFlotilla } from "./command.ts";
import { startPlatform, type Platform } from "./platform.ts";

/**
 * Readers go through their pages from top to bottom in one shell, side by side. Only the first
 * one kills workers; the other must not notice.
 */
const readers = [
  ["README.md", "examples/README.md"],
  ["docs/getting-started.md", "docs/api.md", "docs/streams.md", "docs/troubleshooting.md"],
  ["docs/forks.md", "docs/teams.md"],
];
const pages = [
  ...["", "docs", "examples"].flatMap((folder) =>
    readdirSync(join(repository, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
];
/** A reader that takes longer waits for something that will not come. */
const longestSeconds = 180;
const addressInDocs = "http://127.0.0.1:4600";

interface Block {
  page: string;
  /** Line of the page it begins on, from 1. */
  line: number;
  language: string;
  /** Not to be run: it installs something, runs for long, or needs what a test has not. */
  isSkipped: boolean;
  text: string;
}

function read(page: string): string {
  return readFileSync(join(repository, page), "utf8");
}

function blocksOf(page: string): Block[] {
  const text = read(page);
  return Array.from(text.matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms), (match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length + 1,
    language: match[1] ?? "",
    isSkipped: match[2]?.trim() === "skip",
    text: match[3] ?? "",
  }));
}

const blocks = pages.flatMap(blocksOf);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flotilla-docs-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the commands of the docs", () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform({
      env: {
        FLOTILLA_CONFIG: join(repository, "examples/flotilla.yaml"),
        FLOTILLA_TOOLS: join(repository, "examples/tools"),
        FLOTILLA_RECORDINGS: join(repository, "examples/recordings"),
        FLOTILLA_SEED: "true",
      },
    });
  });

  afterAll(async () => {
    await platform?.stop();
  });

  test.concurrent.each(readers.map((guides) => ({ guides })))(
    "of $guides work, one after the other",
    async ({ guides }) => {
      const script = guides
        .flatMap(blocksOf)
        .filter(({ language, isSkipped }) => language === "sh" && !isSkipped)
        .map(({ page, line, text }) => `echo "== ${page}:${line}" >&2\n${text}`)
        .join("\n")
        .replaceAll(addressInDocs, platform.url);
      const { code, stdout, stderr } = await runCommand(
        ["timeout", String(longestSeconds), "bash", "-e", "-c", script],
        { cwd: await likeACheckout(), env: { FLOTILLA_URL: platform.url } },
      );
      const last = `${stdout.slice(-2_000)}\n${stderr.slice(-2_000)}`;
      expect({ code, last }).toEqual({ code: 0, last });
    },
    (longestSeconds + 10) * 1_000,
  );
});

/** A folder that looks like the repository, in which commands may write. */
async function likeACheckout(): Promise<string> {
  const checkout = await mkdtemp(join(folder, "checkout-"));
  for (const entry of await readdir(repository)) {
    await symlink(join(repository, entry), join(checkout, entry));
  }
  return checkout;
}

/** The words after each `flotilla` of a script, as far as one can tell without a shell. */
function commandLines(script: string): string[][] {
  const lines = script.replaceAll("\\\n", " ").split("\n");
  return lines.flatMap((line) => {
    const [, words] = /(?<![\w/.-])flotilla ([a-z].*)$/.exec(line) ?? [];
    if (words === undefined) return [];
    const [own = ""] = /^(?:"[^"]*"|'[^']*'|[^|#;<>)"'])*/.exec(words) ?? [];
    return [own.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? []];
  });
}

test.each(pages)("%s: the command line has the commands and options it names", async (page) => {
  const scripts = blocksOf(page).filter(({ language }) => language === "sh");
  const wrong: string[] = [];
  for (const words of scripts.flatMap(({ text }) => commandLines(text))) {
    try {
      const { command, byDefault, rawArgs } = await resolveCommand(words, entries);
      checkCommandLine(rawArgs, (byDefault ?? command).args as CommandArgs);
    } catch (error) {
      wrong.push(`${words.join(" ")}: ${String(error)}`);
    }
  }
  expect(wrong).toEqual([]);
});

type Kind = "agent" | "schedule" | "trigger" | "policy" | "config";

/** Snippets of YAML that are an agent, a schedule, a trigger, a policy, or a configuration. */
function snippets(kind: Kind): Block[] {
  return blocks.filter(({ language, text }) => language === "yaml" && kindOf(text) === kind);
}

function kindOf(text: string): Kind {
  if (/^model:/m.test(text)) return "agent";
  if (/^source:/m.test(text)) return "trigger";
  if (/^ *- effect:/m.test(text)) return "policy";
  return /^when:/m.test(text) ? "schedule" : "config";
}

describe("the definitions of the docs", () => {
  test.each(snippets("agent"))("the agent at $page:$line fits the schema", async (block) => {
    const file = join(folder, "agent.yaml");
    await writeFile(file, block.text);
    const answer = await runFlotilla(["agent", "apply", "-f", file, "--check"]);
    expect(answer).toMatchObject({ code: 0, stderr: "" });
  });

  test.each(snippets("schedule"))("the schedule at $page:$line fits the schema", async (block) => {
    const file = join(folder, "schedule.yaml");
    await writeFile(file, block.text);
    const answer = await runFlotilla(["schedules", "apply", "-f", file, "--check"]);
    expect(answer).toMatchObject({ code: 0, stderr: "" });
  });

  test.each(snippets("trigger"))("the trigger at $page:$line fits the schema", async (block) => {
    const file = join(folder, "trigger.yaml");
    await writeFile(file, block.text);
    const answer = await runFlotilla(["triggers", "apply", "-f", file, "--check"]);
    expect(answer).toMatchObject({ code: 0, stderr: "" });
  });

  test.each(snippets("policy"))("the policy at $page:$line fits the schema", async (block) => {
    const file = join(folder, "policy.yaml");
    await writeFile(file, block.text);
    const answer = await runFlotilla(["policy", "apply", "-f", file, "--check"]);
    expect(answer).toMatchObject({ code: 0, stderr: "" });
  });

  test.each(snippets("config"))("the configuration at $page:$line is valid", async (block) => {
    const file = join(folder, "flotilla.yaml");
    await writeFile(file, block.text);
    await expect(loadConfig({}, { FLOTILLA_CONFIG: file }, folder)).resolves.toBeDefined();
  });

  test("the configuration of the examples names folders that exist", async () => {
    const config = await loadConfig({}, { FLOTILLA_CONFIG: "examples/flotilla.yaml" }, repository);
    expect([config.tools.folder, config.recordings].map((path) => existsSync(path ?? ""))).toEqual([
      true,
      true,
    ]);
  });

  test.each(blocks.filter(({ language }) => language === "json"))(
    "the JSON at $page:$line is JSON",
    ({ text }) => {
      expect(() => void JSON.parse(text)).not.toThrow();
    },
  );
});

describe("the reference of the configuration", () => {
  const cells = read("docs/configuration.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));

  test("is the one that is made from the schema", () => {
    const settings = configSchema.keyof().options;
    expect(settings.filter((name) => !configSchema.shape[name].description)).toEqual([]);
    const page = read("docs/configuration.md");
    expect(page, "run `npm run settings -w packages/server`").toBe(withSettingsTable(page));
  });

  test("has every provider that is there by default, with its key", () => {
    const providers = Object.entries(defaultProviders({})).map(([name, provider]) => [
      name,
      provider.apiKeyEnv ?? "–",
    ]);
    const documented = cells
      .filter(([, name = ""]) => name in defaultProviders({}))
      .map(([, name, key]) => [name, key]);
    expect(documented).toEqual(providers);
  });
});

/** A heading's anchor as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .replaceAll(/`|\[|\]\([^)]*\)/g, "")
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

function anchorsOf(page: string): string[] {
  const text = read(page).replaceAll(/^```.*?^```$/gms, "");
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => anchorOf(heading));
}

test.each(pages)("%s: its links lead somewhere", (page) => {
  const text = read(page).replaceAll(/^```.*?^```$|`[^`\n]*`/gms, "");
  const targets = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = ""]) => target);
  const broken = targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = "", anchor] = target.split("#");
    const file = path ? resolve(repository, dirname(page), path) : join(repository, page);
    if (!existsSync(file)) return true;
    return anchor !== undefined && !anchorsOf(file.slice(repository.length)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

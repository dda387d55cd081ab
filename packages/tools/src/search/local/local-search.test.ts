import { mkdir, mkdtemp, rm, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openTools } from "../../registry.ts";
import { testContext } from "../../test-context.ts";

interface Found {
  results: { title: string; url: string; snippet: string; published?: string }[];
  hasMore: boolean;
  note?: string;
}

async function library(files: Record<string, string | Buffer>) {
  const home = await mkdtemp(join(tmpdir(), "flotilla-search-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const folder = join(home, "handbook");
  const put = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  await mkdir(folder);
  for (const [path, content] of Object.entries(files)) await put(path, content);
  const searchIndex = join(home, "index", "index.sqlite");
  const settings = { searchFolders: [folder], searchIndex };
  const port = await openTools({ settings });
  const labels: string[] = [];
  const call = (name: string, input: object) =>
    port.call(
      name,
      input as { query: string },
      testContext({ label: (...more) => void labels.push(...more) }),
    );
  const search = async (query: string, more: object = {}) =>
    (await call("web_search", { query, ...more })) as unknown as Found;
  const paths = async (query: string, more: object = {}) =>
    (await search(query, more)).results.map(({ url }) => url.replace("files:handbook/", ""));
  return { home, folder, put, search, paths, call, labels, settings };
}

const handbook = {
  "travel/expenses.md":
    "# Travel expenses\n\nReceipts are handed in within thirty days. Hotels cost up to 120 euros.",
  "travel/trains.md": "# Trains\n\nBook the trains early. Expenses are paid by the office.",
  "holidays.txt": "Everybody has thirty days of holidays. Ask your manager.",
  "page.html":
    "<html><title>Office map</title><body><script>expenses()</script><p>The café is left.</p></body></html>",
  "jp.md": "# 旅費規程\n\n出張の旅費は三十日以内に精算する。",
  "binary.bin": Buffer.from([0, 1, 2, 3]),
  ".hidden.md": "expenses",
};

describe("files of the operator", () => {
  test("are found by words, with those in titles first, and what was found marked", async () => {
    const { search, labels } = await library(handbook);
    const { results, hasMore } = await search("expenses");
    expect(results.map(({ title, url }) => [title, url])).toEqual([
      ["Travel expenses", "files:handbook/travel/expenses.md"],
      ["Trains", "files:handbook/travel/trains.md"],
    ]);
    expect(results[1]?.snippet).toContain("**Expenses** are paid by the office");
    expect(hasMore).toBe(false);
    expect(labels).toEqual(["document", "private"]);
  });

  test.each([
    ["thirty days receipts", ["travel/expenses.md", "holidays.txt"]],
    ['"thirty days of"', ["holidays.txt"]],
    ["thirty -receipts", ["holidays.txt"]],
    ["holid", ["holidays.txt"]],
    ["recipts", ["travel/expenses.md"]],
    ["expenzes hotel", ["travel/expenses.md", "travel/trains.md"]],
    ["cafe", ["page.html"]],
    ["旅費", ["jp.md"]],
    ["office map", ["page.html", "travel/trains.md"]],
    ["hidden", []],
    ['" OR title:x NEAR( * ^ AND "', []],
    ["a' UNION 1=1; DROP TABLES; --", []],
    ["!!! ???", []],
  ])("are found by %s", async (query, expected) => {
    const { paths } = await library(handbook);
    expect(await paths(query)).toEqual(expected);
  });

  test("are found as they are now", async () => {
    const { folder, put, paths } = await library(handbook);
    expect(await paths("submarine")).toEqual([]);
    await put("new/boat.md", "# Submarine");
    await put("holidays.txt", "A yellow submarine is no holiday.");
    await unlink(join(folder, "page.html"));
    await symlink("/etc", join(folder, "etc"));
    // What was just looked at is looked at again a moment later.
    await expect
      .poll(() => paths("submarine"), { timeout: 20_000, interval: 500 })
      .toEqual([...["new/boat.md", "holidays.txt"]]);
    expect(await paths("café")).toEqual([]);
    expect(await paths("root")).toEqual([]);
  });

  test("are found by page, folder and time", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [`d${index % 2}/f${index}.md`, "ship"]),
    );
    const { folder, search, paths } = await library(files);
    const pages = await Promise.all([1, 2, 3].map((page) => search("ship", { page })));
    expect(pages.map(({ results, hasMore }) => [results.length, hasMore])).toEqual([
      ...[
        [10, true],
        [10, true],
        [5, false],
      ],
    ]);
    expect(new Set(pages.flatMap(({ results }) => results.map(({ url }) => url))).size).toBe(25);
    expect(await paths("ship", { site: "handbook/d1", limit: 20 })).toHaveLength(12);
    expect(await paths("ship", { site: "elsewhere" })).toEqual([]);
    const old = new Date("2020-01-01T00:00:00Z");
    await utimes(join(folder, "d0/f0.md"), old, old);
    // The tests' clock stands in February 2026: all others are newer.
    await expect
      .poll(() => paths("ship", { within: "year", limit: 20, page: 2 }), {
        timeout: 20_000,
        interval: 500,
      })
      .toHaveLength(4);
  });

  test("are read by the address of a result", async () => {
    const { search, call } = await library({ "a b/ü#1.md": `# T\n\n${"word ".repeat(100_000)}` });
    const [found] = (await search("word")).results;
    const first = (await call("search_open", { url: found!.url })) as { nextOffset: number };
    expect(first).toMatchObject({ title: "T", characters: 500_005 });
    const rest = { url: found!.url, offset: first.nextOffset };
    expect(await call("search_open", rest)).toMatchObject({ characters: 500_005 });
    for (const url of [
      "files:handbook/none",
      "files:../../etc/passwd",
      "/etc/passwd",
      "file:///x",
    ]) {
      await expect(call("search_open", { url })).rejects.toMatchObject({
        code: "tool_input_invalid",
      });
    }
  });

  test("are indexed anew when the index cannot be read", async () => {
    const { paths, settings } = await library(handbook);
    await mkdir(dirname(settings.searchIndex), { recursive: true });
    await writeFile(settings.searchIndex, "this is no database at all, not even a small one");
    expect(await paths("receipts")).toEqual(["travel/expenses.md"]);
  });
});

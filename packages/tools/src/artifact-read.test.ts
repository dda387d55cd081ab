import { expect, test } from "vitest";
import { openTools } from "./registry.ts";
import { testContext } from "./test-context.ts";

const id = `art_${"0".repeat(26)}`;
const lines = Array.from({ length: 5_000 }, (_, i) => `line ${i + 1} has 😀`);
const text = lines.join("\n");
const artifact = {
  id,
  runId: "run_test",
  name: "page",
  mediaType: "text/plain",
  bytes: text.length,
  sha256: "",
  labels: [],
  createdAt: "2026-01-01T00:00:00.000Z",
};
const context = () =>
  testContext({ artifact: () => Promise.resolve({ artifact, content: Buffer.from(text), text }) });

async function read(input: object) {
  const tools = await openTools();
  return (await tools.call("artifact_read", { artifact: id, ...input }, context())) as {
    text: string;
    nextOffset: number | null;
    totalLines: number;
    matches: { offset: number; line: number; text: string }[];
    truncated: boolean;
  };
}

test("reads all of it piece by piece, each small enough to be shown", async () => {
  let whole = "";
  for (let offset: number | null = 0; offset !== null;) {
    const piece: Awaited<ReturnType<typeof read>> = await read({ offset });
    expect(Buffer.byteLength(JSON.stringify(piece))).toBeLessThan(20_000);
    expect(piece.text.isWellFormed()).toBe(true);
    whole += piece.text;
    offset = piece.nextOffset;
  }
  expect(whole).toBe(text);
});

test("reads lines by their numbers", async () => {
  const piece = await read({ fromLine: 42, lines: 2 });
  expect(piece).toMatchObject({ text: `${lines[41]}\n${lines[42]}\n`, totalLines: 5_000 });
  expect((await read({ fromLine: 4_999, lines: 100 })).text).toBe(lines.slice(-2).join("\n"));
  expect((await read({ fromLine: 9_999 })).text).toBe("");
});

test("finds a text wherever it is, taking it letter by letter", async () => {
  const found = await read({ search: "LINE 77 " });
  expect(found.matches).toMatchObject([{ line: 77, offset: text.indexOf("line 77 ") }]);
  expect(found.matches[0]?.text).toContain("line 77 has");
  expect((await read({ search: "l.ne" })).matches).toEqual([]);
  expect(await read({ search: "line" })).toMatchObject({ truncated: true });
});

test("refuses two ways at once", async () => {
  await expect(read({ offset: 1, search: "x" })).rejects.toMatchObject({
    code: "tool_input_invalid",
  });
});

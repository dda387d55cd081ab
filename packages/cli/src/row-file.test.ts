import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatOf, openRowFile } from "./row-file.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flotilla-rows-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("a file of rows", () => {
  test("has the format its name says", () => {
    expect(["a.csv", "a.JSONL", "a.ndjson", "a.txt"].map(formatOf)).toEqual([
      "csv",
      "jsonl",
      "jsonl",
      undefined,
    ]);
  });

  test("is sent as a stream", async () => {
    const path = join(folder, "rows.csv");
    await writeFile(path, "q\n1\n");
    const file = await openRowFile(path);
    expect(file).toMatchObject({ name: "rows.csv", format: "csv" });
    expect(await new Response(file.body).text()).toBe("q\n1\n");
  });

  test("that cannot be read is refused with the reason", async () => {
    await expect(openRowFile(join(folder, "none.csv"))).rejects.toThrow("it does not exist");
    await expect(openRowFile(folder, "csv")).rejects.toThrow("it is a folder");
    await expect(openRowFile(join(folder, "rows.txt"))).rejects.toThrow("format");
    await expect(openRowFile("-")).rejects.toThrow("The format of stdin is unknown.");
  });
});

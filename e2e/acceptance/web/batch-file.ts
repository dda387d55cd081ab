import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openBrowser } from "../../web/open-browser.ts";
import type { Claim } from "../claim.ts";
import { speedPlatform } from "./speed-platform.ts";

const count = 100;
const numbers = Array.from({ length: count }, (_, index) => index + 1);
const file = ["n,note", ...numbers.map((n) => `${n},"${n}, with care"`)].join("\n");

/** A file that is dropped becomes a batch of 100 agents, and its results are saved: each row with its own answer. */
export const batchFile: Claim = {
  name: "batch-file",
  async prove(proof) {
    const platform = await speedPlatform();
    const browser = await openBrowser();
    proof.finally(() => browser.close());
    const page = await browser.newPage({ baseURL: platform.url, acceptDownloads: true });
    page.setDefaultTimeout(120_000);
    await page.goto("/batches/new?agent=adder");
    await drop(page);
    await page.getByRole("textbox", { name: "Prompt" }).fill("What is 2 * ");
    await page.getByRole("button", { name: "Insert the column n", exact: true }).click();
    await page.getByText("What is 2 * 3").waitFor();
    await page.getByRole("button", { name: "Start the batch" }).click();
    await page.getByRole("img", { name: `${count} completed` }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: /as JSONL/ }).click(),
    ]);
    const saved = join(proof.folder, "results.jsonl");
    await download.saveAs(saved);
    const rows = (await readFile(saved, "utf8")).trim().split("\n").map(readRow);
    proof.equals("rows", rows.length, count);
    const right = rows.filter(
      ({ row, data, output }, index) =>
        row === index + 1 &&
        data["n"] === String(row) &&
        data["note"] === `${row}, with care` &&
        output.endsWith(`The answer is ${2 * row}.`),
    );
    proof.equals("right", right.length, count);
    proof.equals("runs", new Set(rows.map(({ runId }) => runId)).size, count);
  },
};

interface SavedRow {
  row: number;
  data: Record<string, string>;
  output: string;
  runId: string;
}

function readRow(line: string): SavedRow {
  return JSON.parse(line) as SavedRow;
}

/** As a mouse would. */
async function drop(page: Page): Promise<void> {
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "sums.csv"));
    return data;
  }, file);
  const field = page.getByRole("button", { name: /Drop a CSV/ });
  await field.dispatchEvent("drop", { dataTransfer: transfer });
}

import type { Browser } from "playwright-core";
import { eventually } from "../acceptance/eventually.ts";
import type { Platform } from "../platform.ts";

export interface RunPageFigures {
  events: number;
  /** From asking for the page to a page whose whole timeline is there and takes input: the middle one of all loads. */
  interactiveMs: number;
  slowestMs: number;
  /** From a click on another step to its details on screen. */
  chooseMs: number;
}

const callsPerTurn = 10;
/** Of a turn with so many calls: two for the model, two for each call. */
const eventsPerTurn = 2 + 2 * callsPerTurn;

/** Opens a run of about so many events again and again, in a browser that has the app. */
export async function measureRunPage(
  { client, url }: Platform,
  browser: Browser,
  { events, loads }: { events: number; loads: number },
): Promise<RunPageFigures> {
  const calls = Array.from({ length: callsPerTurn }, (_, n) => ({
    ...{ tool: "calculator", input: { expression: `${n} * 7` } },
  }));
  const turns = Array.from({ length: Math.ceil(events / eventsPerTurn) }, () => ({ calls }));
  const input = { text: JSON.stringify({ turns: [...turns, { text: "Done." }] }) };
  const { runId } = await client.runs.start({ agent: "caller", input });
  const run = await eventually({ what: "the end of the run", timeoutMs: 300_000 }, async () => {
    const now = await client.runs.get(runId);
    return now.status === "completed" ? now : undefined;
  });
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const open = async () => {
      await page.goto(`/runs/${runId}`, { waitUntil: "commit" });
      await page.waitForFunction(isWhole, `/ ${run.seq}`, { polling: "raf" });
      // A task of its own: what the page still had to do is done before it.
      return page.evaluate(async () => {
        await new Promise((resolve) => setTimeout(resolve));
        return performance.now();
      });
    };
    await open();
    const times: number[] = [];
    for (let load = 0; load < loads; load++) times.push(await open());
    const chooseMs = await page.evaluate(chooseStep);
    const sorted = times.toSorted((a, b) => a - b);
    return {
      events: run.seq,
      interactiveMs: Math.round(sorted[sorted.length >> 1] ?? 0),
      slowestMs: Math.round(sorted.at(-1) ?? 0),
      chooseMs: Math.round(chooseMs),
    };
  } finally {
    await context.close();
  }
}

/** In the page: all events have come, and the timeline shows lines. */
function isWhole(count: string): boolean {
  const place = document
    .querySelector("[aria-label='Back in time']")
    ?.textContent?.replaceAll(",", "");
  const lines = document.querySelectorAll("[aria-label=Timeline] button").length;
  return lines > 5 && (place?.includes(count) ?? false);
}

/** In the page: clicks the third step, and waits until its details are there. */
async function chooseStep(): Promise<number> {
  const line = document.querySelectorAll<HTMLElement>("[aria-label=Timeline] button")[2];
  const began = performance.now();
  line?.click();
  while (line?.getAttribute("aria-current") !== "step") {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return performance.now() - began;
}

import type { Browser } from "playwright-core";
import { setTimeout as sleep } from "node:timers/promises";
import type { Platform } from "../platform.ts";

export interface BatchGridFigures {
  cells: number;
  seconds: number;
  /** Changes of cells that the page was told of. */
  updatesPerSecond: number;
  /** Tasks of the main thread of 50 ms or more, and the longest of them. */
  longTasks: number;
  longestTaskMs: number;
}

/** Watches the grid of a batch while its rows run, by the feed that the page itself opens. */
export async function measureBatchGrid(
  { client, url }: Platform,
  browser: Browser,
  { cells, seconds }: { cells: number; seconds: number },
): Promise<BatchGridFigures> {
  const { id } = await client.batches.create({
    ...{ name: "Grid", agent: "pacer", template: "What is {{n}} * 2?", concurrency: 24 },
    rows: Array.from({ length: cells }, (_, index) => ({ n: index + 1 })),
    start: true,
  });
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
  });
  try {
    const page = await context.newPage();
    let updates = 0;
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        updates += cellsIn(String(payload));
      }),
    );
    await page.goto(`/batches/${id}`);
    await page.getByRole("img", { name: /^Grid of rows/ }).waitFor({ timeout: 60_000 });
    // The app has started, and all cells are drawn once.
    await sleep(2_000);
    await page.evaluate(watchTasks);
    const before = updates;
    const began = performance.now();
    await sleep(seconds * 1_000);
    const took = (performance.now() - began) / 1_000;
    const tasks = await page.evaluate(() => (globalThis as unknown as Watched).longTasks);
    return {
      cells,
      seconds: Math.round(took),
      updatesPerSecond: Math.round((updates - before) / took),
      longTasks: tasks.length,
      longestTaskMs: Math.round(Math.max(0, ...tasks)),
    };
  } finally {
    await context.close();
    await client.batches.act(id, "cancel").catch(() => undefined);
  }
}

interface Watched {
  longTasks: number[];
}

function cellsIn(frame: string): number {
  if (!frame.startsWith('{"type":"cells"')) return 0;
  return (JSON.parse(frame) as { data: unknown[] }).data.length;
}

/** In the page: notes how long each task of 50 ms or more takes. */
function watchTasks(): void {
  const longTasks: number[] = [];
  (globalThis as unknown as Watched).longTasks = longTasks;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ type: "longtask" });
}

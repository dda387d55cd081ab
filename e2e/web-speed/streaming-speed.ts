import type { Browser } from "playwright-core";
import { setTimeout as sleep } from "node:timers/promises";
import type { Platform } from "../platform.ts";

export interface StreamingFigures {
  seconds: number;
  /** Characters that came on screen meanwhile. */
  characters: number;
  /** Processor time of the page's process, of one core. */
  corePercent: number;
  /** Of it, the main thread's. */
  mainThreadPercent: number;
}

const paragraph =
  "The **fleet** left the harbour at dawn, and each ship kept to its lane; see `chart 7`. ".repeat(
    4,
  );

/** Measures what the page's process takes while a model's long answer comes on screen, word by word. */
export async function measureStreaming(
  { client, url }: Platform,
  browser: Browser,
  { seconds }: { seconds: number },
): Promise<StreamingFigures> {
  const text = Array.from({ length: 60 + 10 * seconds }, () => paragraph).join("\n\n");
  const input = { text: JSON.stringify({ turns: [{ text }] }) };
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
  });
  try {
    const page = await context.newPage();
    const { runId } = await client.runs.start({ agent: "reader", input });
    await page.goto(`/runs/${runId}`);
    const shown = page.locator("[data-part=text]");
    await shown.waitFor({ timeout: 60_000 });
    // The app and what renders Markdown are there.
    await sleep(2_000);
    const target = await context.newCDPSession(page);
    await target.send("Performance.enable", { timeDomain: "timeTicks" });
    const whole = await browser.newBrowserCDPSession();
    const look = async () => ({
      at: performance.now() / 1_000,
      cpu: rendererSeconds(await whole.send("SystemInfo.getProcessInfo")),
      main: await taskSeconds(target),
      length: (await shown.textContent())?.length ?? 0,
    });
    const before = await look();
    await sleep(seconds * 1_000);
    const after = await look();
    await client.runs.cancel(runId);
    const took = after.at - before.at;
    const percent = (spent: number) => Math.round((1_000 * spent) / took) / 10;
    return {
      seconds: Math.round(took),
      characters: after.length - before.length,
      corePercent: percent(after.cpu - before.cpu),
      mainThreadPercent: percent(after.main - before.main),
    };
  } finally {
    await context.close();
  }
}

interface ProcessInfo {
  processInfo: { type: string; cpuTime: number }[];
}

/** The browser is this claim's own, so its pages' processes are that of the page and idle ones. */
function rendererSeconds({ processInfo }: ProcessInfo): number {
  return processInfo
    .filter(({ type }) => type === "renderer")
    .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

interface MetricsSession {
  send(method: "Performance.getMetrics"): Promise<{ metrics: { name: string; value: number }[] }>;
}

async function taskSeconds(session: MetricsSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
}

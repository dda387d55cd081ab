import { parseArgs } from "node:util";
import type { Platform } from "../../../e2e/platform.ts";
import { openBrowser } from "../../../e2e/web/open-browser.ts";
import { measureBatchGrid } from "../../../e2e/web-speed/batch-grid-speed.ts";
import { openSpeedPlatform } from "../../../e2e/web-speed/open-speed-platform.ts";
import { measureRunPage } from "../../../e2e/web-speed/run-page-speed.ts";
import { measureStreaming } from "../../../e2e/web-speed/streaming-speed.ts";
import type { Bench } from "../bench.ts";
import { describeMachine, type Machine } from "../machine.ts";

interface Options {
  json: boolean;
}

/** One run of a bench of the web app: its figures, by the names of what was measured. */
interface WebResult {
  at: string;
  machine: Machine;
  figures: Record<string, number>;
}

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Measure = (platform: Platform, browser: Browser) => Promise<object>;

const measures = {
  "run-page": (platform, browser) => measureRunPage(platform, browser, { events: 2_000, loads: 7 }),
  "batch-grid": (platform, browser) =>
    measureBatchGrid(platform, browser, { cells: 10_000, seconds: 20 }),
  "streaming-text": (platform, browser) => measureStreaming(platform, browser, { seconds: 20 }),
} satisfies Record<string, Measure>;

type WebBench = keyof typeof measures;
export const webBenches = Object.keys(measures) as WebBench[];

/** What a page of the web app takes, on the real platform, in Chromium. */
export function webBench(name: WebBench): Bench<Options, WebResult> {
  return {
    usage: `npm run bench -- ${name} [--json]`,
    parse(args) {
      const options = { json: { type: "boolean", default: false } } as const;
      return { json: parseArgs({ args, options }).values.json };
    },
    measure: () => measure(measures[name]),
    render({ figures }) {
      const lines = Object.entries(figures).map(([figure, value]) => `| ${figure} | ${value} |`);
      return ["| figure | |", "| --- | --- |", ...lines].join("\n");
    },
  };
}

async function measure(take: Measure): Promise<WebResult> {
  const platform = await openSpeedPlatform();
  try {
    const browser = await openBrowser();
    try {
      const figures = (await take(platform, browser)) as Record<string, number>;
      return { at: new Date().toISOString(), machine: describeMachine("none"), figures };
    } finally {
      await browser.close();
    }
  } finally {
    await platform.stop();
  }
}

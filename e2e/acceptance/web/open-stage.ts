import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startPlatform, type Platform } from "../../platform.ts";
import { openBrowser } from "../../web/open-browser.ts";
import { openWindow } from "../../web/open-window.ts";
import type { Proof } from "../claim.ts";
import { toolsFolder } from "../ledger-setting.ts";

export const patienceMs = 120_000;
const unbounded = { perMinute: 1_000_000, burst: 1_000_000 };

/** A platform of the claim's own, and Chromium. */
export interface Stage {
  platform: Platform;
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** What `witness` was called with, a line each. */
  witnessed: string;
}

/** Its models are simulated; those of `slow` write a text in some seconds. */
export async function openStage(proof: Proof, config: object = {}): Promise<Stage> {
  const witnessed = join(proof.folder, "witness.jsonl");
  const [platform, browser] = await Promise.all([
    startPlatform({
      env: { FLOTILLA_TOOLS: toolsFolder, E2E_WITNESS: witnessed },
      config: {
        rateLimits: { address: unbounded, caller: unbounded },
        providers: { slow: { kind: "simulated", tokensPerSecond: 40 } },
        ...config,
      },
    }),
    openBrowser(),
  ]);
  proof.finally(() => platform.stop());
  proof.finally(() => browser.close());
  const context = await openWindow(browser, platform.url, { patienceMs });
  return { platform, browser, context, page: await context.newPage(), witnessed };
}

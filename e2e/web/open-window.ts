import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";

interface WindowOptions extends BrowserContextOptions {
  /** Of somebody who is signed in. */
  cookies?: Parameters<BrowserContext["addCookies"]>[0];
  /** What a busy machine may take for one thing, in milliseconds. */
  patienceMs?: number;
}

/** A window of its own session, as pages are looked at: by what they come to, not by how they fade in. */
export async function openWindow(
  browser: Browser,
  baseURL: string,
  { cookies = [], patienceMs = 60_000, ...options }: WindowOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(patienceMs);
  await context.addCookies(cookies);
  return context;
}

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { openWindow } from "./open-window.ts";

export { openBrowser } from "./open-browser.ts";

export interface WebPage {
  page: Page;
  /** What the page reported as an error, in order. */
  errors: string[];
}

/** For `expect.poll`: what a busy machine may take, in milliseconds. */
export const soon = { timeout: 30_000 };

/** A page of its own session at the platform, until the test ends. */
export async function openPage(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<WebPage> {
  const context = await openWindow(browser, baseURL, options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(soon.timeout);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  return { page, errors };
}

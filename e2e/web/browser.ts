import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { repository } from "../command.ts";

/** Debian's; another one is named by CHROMIUM. */
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Chromium that asks nothing of the network but the pages it is sent to. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(join(repository, "packages/web/dist/index.html"))) {
    throw new Error("The web app is not built: run `npm run build` first.");
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

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
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 1440, height: 900 },
    // A test looks at what a page comes to, not at how it fades in.
    reducedMotion: "reduce",
    ...options,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(soon.timeout);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  return { page, errors };
}

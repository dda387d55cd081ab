import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
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

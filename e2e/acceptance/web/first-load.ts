import { gzipSync } from "node:zlib";
import type { Page, Response } from "playwright-core";
import { openBrowser } from "../../web/open-browser.ts";
import type { Claim } from "../claim.ts";
import { furnished } from "./furnished.ts";

const limitKb = 250;
const patienceMs = 60_000;

/**
 * What a browser that has nothing yet loads before Home can be used is at most 250 KB of compressed script. Files with a hash
 * in their name are sent compressed and may be kept for ever.
 */
export const firstLoad: Claim = {
  name: "first-load",
  async prove(proof) {
    const [{ platform, owner }, browser] = await Promise.all([furnished(proof), openBrowser()]);
    proof.finally(() => browser.close());
    const context = await browser.newContext({ baseURL: platform.url });
    context.setDefaultTimeout(patienceMs);
    await context.addCookies(owner.cookies);
    const { scripts, usableMs } = await loadHome(await context.newPage());
    const bytes = await Promise.all(scripts.map(compressedBytes));
    const sent = await Promise.all(scripts.map(sentBytes));
    proof.figure("scripts", scripts.length);
    proof.figure("usableMs", Math.round(usableMs));
    proof.figure("transferredKb", kb(sum(sent)));
    proof.atMost("gzippedKb", kb(sum(bytes)), limitKb);
    const hashed = scripts.filter((script) => script.url().includes("/assets/"));
    const kept = hashed.filter((script) => /immutable/.test(headerOf(script, "cache-control")));
    proof.holds(hashed.length > 0, "no script of the app was seen");
    proof.equals("keptForEver", kept.length, hashed.length);
    // Each as small as gzip makes it, or smaller; a file that is hardly one is sent as it is.
    const plain = scripts.filter((_, i) => (sent[i] ?? 0) > 1.1 * (bytes[i] ?? 0) + 1_000);
    const names = plain.map((script) => script.url()).join(", ");
    proof.holds(plain.length === 0, `sent without compression: ${names}`);
  },
};

/** Every script that was loaded until the figures of Home were there. */
async function loadHome(page: Page): Promise<{ scripts: Response[]; usableMs: number }> {
  const scripts: Response[] = [];
  page.on("response", (answer) => {
    if (answer.request().resourceType() === "script") scripts.push(answer);
  });
  const begun = performance.now();
  await page.goto("/");
  await page.getByRole("navigation", { name: "Runs by status" }).waitFor();
  const usableMs = performance.now() - begun;
  const loaded = [...scripts];
  await Promise.all(loaded.map((answer) => answer.finished()));
  return { scripts: loaded, usableMs };
}

/** As gzip would send it, whatever this browser asked for. */
async function compressedBytes(script: Response): Promise<number> {
  return gzipSync(await script.body()).length;
}

async function sentBytes(script: Response): Promise<number> {
  return (await script.request().sizes()).responseBodySize;
}

const headerOf = (script: Response, name: string) => script.headers()[name] ?? "";
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
const kb = (bytes: number) => Math.round(bytes / 100) / 10;

import type { Browser, BrowserContext, Page } from "playwright-core";
import { startPlatform, type Platform } from "../../platform.ts";
import { firstOwner, type Member } from "../../web/members.ts";
import { openBrowser } from "../../web/open-browser.ts";
import { shown } from "../../web/walk-app.ts";
import { watchPage } from "../../web/watch-page.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { startPrefixProxy, type PrefixProxy } from "./prefix-proxy.ts";

const prefix = "/ops/fleet";
const patienceMs = 60_000;

interface Stage {
  proof: Proof;
  platform: Platform;
  proxy: PrefixProxy;
  owner: Member;
  browser: Browser;
}

/**
 * The whole app works below a path of another server's address: signing in, links that lead deep into it, a reload, what is
 * followed live. Its security policy allows neither `unsafe-inline` nor `unsafe-eval`, and nothing on its way breaks it.
 */
export const prefixed: Claim = {
  name: "prefix",
  async prove(proof) {
    const stage = await open(proof);
    const context = await stage.browser.newContext({ reducedMotion: "reduce" });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const faults = watchPage(page, (request) => request.startsWith("401 "));
    await signIn(stage, page);
    const runId = await followRun(stage, page);
    await reload(stage, page, runId);
    await walk(stage, page);
    await readDocs(stage, context);
    await checkHeaders(stage);
    proof.holds(stage.proxy.sockets() > 0, "no WebSocket went through the proxy");
    proof.figure("webSockets", stage.proxy.sockets());
    proof.holds(faults.length === 0, faults.join("; "));
    proof.equals("faults", faults.length, 0);
  },
};

async function open(proof: Proof): Promise<Stage> {
  let behind = "";
  const proxy = await startPrefixProxy(prefix, () => behind);
  proof.finally(() => proxy.close());
  const platform = await startPlatform({
    env: { FLOTILLA_SIGN_IN: "required", FLOTILLA_PUBLIC_URL: proxy.url },
    config: { providers: { slow: { kind: "simulated", latencyMs: 1_500 } } },
  });
  proof.finally(() => platform.stop());
  behind = platform.url;
  const browser = await openBrowser();
  proof.finally(() => browser.close());
  const owner = await firstOwner({ url: proxy.url, adminLink: platform.adminLink });
  await owner.client.agents.apply({ name: "greeter", model: "slow/script" });
  return { proof, platform, proxy, owner, browser };
}

/** As somebody who was sent a link deep into the app and is asked who he is first. */
async function signIn({ proof, proxy, owner }: Stage, page: Page): Promise<void> {
  await page.goto(`${proxy.url}/runs?status=failed`);
  await page.getByRole("textbox", { name: "E-mail address" }).fill(owner.email);
  await page.getByLabel("Password").first().fill(owner.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  proof.equals("afterSignIn", page.url().slice(proxy.url.length), "/runs?status=failed");
  const cookies = await page.context().cookies();
  const paths = [...new Set(cookies.map(({ path }) => path))];
  proof.equals("pathsOfCookies", paths.join(), prefix);
}

/** A run that is started elsewhere ends on the screen by itself. */
async function followRun({ proof, proxy, owner }: Stage, page: Page): Promise<string> {
  const text = JSON.stringify({ turns: [{ text: "Good morning from below the path." }] });
  const { runId } = await owner.client.runs.start({ agent: "greeter", input: { text } });
  await page.goto(`${proxy.url}/runs/${runId}?view=conversation`);
  await page.getByText("Good morning from below the path.").first().waitFor();
  await page.getByRole("heading", { level: 1 }).getByText("completed").waitFor();
  proof.figure("followedLive", true);
  return runId;
}

async function reload({ proof, proxy }: Stage, page: Page, runId: string): Promise<void> {
  await page.reload();
  await shown(page);
  proof.equals(
    "afterReload",
    page.url().slice(proxy.url.length).replace(runId, "…"),
    "/runs/…?view=conversation",
  );
  const icon = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    return (await fetch(link?.href ?? "")).status;
  });
  proof.equals("iconStatus", icon, 200);
}

/** Every place of the navigation, by its link; each stays below the path. */
async function walk({ proof, proxy }: Stage, page: Page): Promise<void> {
  const links = page.getByRole("navigation", { name: "Main" }).locator("ul a");
  const count = await links.count();
  for (let i = 0; i < count; i++) {
    const link = links.nth(i);
    const name = (await link.textContent()) ?? "";
    await link.click();
    await page.waitForFunction(
      () => document.querySelector("[aria-label=Main] a[aria-current=page]") !== null,
    );
    await shown(page);
    proof.holds(page.url().startsWith(proxy.url), `${name} leads to ${page.url()}`);
  }
  proof.figure("places", count);
  proof.holds(count > 10, `the navigation has ${count} places only`);
}

/** The API's documentation, whose program is another one's. */
async function readDocs({ proof, proxy }: Stage, context: BrowserContext): Promise<void> {
  const page = await context.newPage();
  const faults = watchPage(page, () => false);
  await page.goto(`${proxy.url}/docs`);
  await page.getByRole("heading", { name: /^Flotilla/ }).waitFor();
  proof.holds(faults.length === 0, `/docs: ${faults.join("; ")}`);
  await page.close();
}

async function checkHeaders({ proof, proxy }: Stage): Promise<void> {
  const page = await fetch(`${proxy.url}/runs`, { headers: { accept: "text/html" } });
  const policy = page.headers.get("content-security-policy") ?? "";
  proof.figure("policy", policy.replace(/nonce-[^']+/, "nonce-…"));
  proof.holds(policy.includes("default-src 'self'"), "the policy does not begin at 'self'");
  proof.holds(!/unsafe|\*|https?:/.test(policy), "the policy allows more than the server's own");
  const text = await page.text();
  const asset = /(?:src|href)="\.\/(assets\/[^"]+\.js)"/.exec(text)?.[1] ?? "none";
  const script = await fetch(`${proxy.url}/${asset}`);
  proof.equals(
    "assetCache",
    script.headers.get("cache-control"),
    "public, max-age=31536000, immutable",
  );
  proof.equals("pageCache", page.headers.get("cache-control"), "no-store");
  for (const [name, value] of [
    ["x-content-type-options", "nosniff"],
    ["x-frame-options", "DENY"],
    ["referrer-policy", "no-referrer"],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", "same-origin"],
  ] as const) {
    proof.holds(page.headers.get(name) === value, `${name} is ${page.headers.get(name)}`);
  }
  const nonces = await Promise.all([1, 2].map(() => nonceOf(proxy.url)));
  proof.holds(nonces[0] !== nonces[1], "two answers have the same nonce");
}

async function nonceOf(url: string): Promise<string> {
  return eventually({ what: "a page with a nonce", timeoutMs: patienceMs }, async () => {
    const text = await (await fetch(url + "/", { headers: { accept: "text/html" } })).text();
    return /nonce="([^"]+)"/.exec(text)?.[1];
  });
}

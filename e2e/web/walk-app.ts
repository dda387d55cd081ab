import type { Page } from "playwright-core";

interface Router {
  state: { status: string; resolvedLocation?: { href: string } };
  history: { push(href: string): void };
}

type WithRouter = typeof globalThis & { __TSR_ROUTER__: Router };

/** Goes to another page of the app as a link does, without loading the app again, and waits until it shows what it has. */
export async function walkTo(page: Page, href: string): Promise<void> {
  await page.evaluate((to) => {
    (globalThis as WithRouter).__TSR_ROUTER__.history.push(to);
  }, href);
  const { pathname } = new URL(href, page.url());
  await page.waitForFunction((path) => {
    const { state } = (globalThis as WithRouter).__TSR_ROUTER__;
    const at = state.resolvedLocation?.href.split(/[?#]/)[0];
    return state.status === "idle" && location.pathname === path && at === path;
  }, pathname);
  await shown(page);
}

/** Until the page has its heading and waits for nothing. */
export async function shown(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
}

import type { BrowserContext, Page } from "playwright-core";
import { shown, walkTo } from "./walk-app.ts";

/** A request that would have changed something. */
export interface Attempt {
  method: string;
  path: string;
}

const answer = {
  status: 409,
  contentType: "application/problem+json",
  body: JSON.stringify({
    type: "about:blank",
    title: "Conflict",
    status: 409,
    code: "conflict",
    detail: "Nothing is changed here.",
    remedy: "None is needed.",
  }),
};

/** From now on nothing that these pages do reaches the server but reading; what else they ask for is noted. */
export async function keepFromChanging(context: BrowserContext): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  await context.route("**/api/**", async (route) => {
    const request = route.request();
    const method = request.method();
    if (method === "GET" || method === "HEAD") {
      await route.continue();
      return;
    }
    attempts.push({ method, path: new URL(request.url()).pathname });
    await route.fulfill(answer);
  });
  return attempts;
}

/** A dialog's code may have to come first. */
const settleMs = 150;

/**
 * Presses every button that the page at this address offers, and in each dialog that opens fills in what it asks and presses
 * all of it. Buttons that say the same of several things are pressed once.
 *
 * @param pressed told of each before it is pressed
 */
export async function pressButtons(
  page: Page,
  href: string,
  pressed: (label: string) => void,
): Promise<number> {
  const labels = await buttonsIn(page, "main");
  for (const label of labels) {
    pressed(label);
    await markDocument(page);
    await press(page, "main", label);
    await page.waitForTimeout(settleMs);
    if (await page.locator(openDialog).count()) await pressDialog(page, label, pressed);
    await comeBack(page, href);
  }
  return labels.length;
}

const openDialog = "[role=dialog]:not([hidden])";

async function pressDialog(page: Page, opener: string, pressed: (label: string) => void) {
  await fillIn(page);
  for (const label of await buttonsIn(page, openDialog)) {
    if (/^(close|cancel|copy)/i.test(label)) continue;
    pressed(`${opener} > ${label}`);
    await press(page, openDialog, label);
    await page.waitForTimeout(settleMs);
    if (!(await page.locator(openDialog).count())) return;
  }
  await page.keyboard.press("Escape");
}

/** Labels of the buttons that can be pressed; of those that begin with the same two words, the first. */
async function buttonsIn(page: Page, within: string): Promise<string[]> {
  const labels = await page
    .locator(`${within} button`)
    .evaluateAll((buttons) =>
      buttons
        .filter(
          (one) =>
            (one as HTMLElement).offsetParent !== null &&
            !one.hasAttribute("disabled") &&
            !one.hasAttribute("data-disabled"),
        )
        .map((one) => (one.getAttribute("aria-label") ?? one.textContent ?? "").trim()),
    );
  const firsts = new Map<string, string>();
  for (const label of labels) {
    const start = label.split(/\s+/).slice(0, 2).join(" ");
    if (start !== "" && !firsts.has(start)) firsts.set(start, label);
  }
  return [...firsts.values()];
}

/** As a press of the key would; the one under something else is pressed all the same. */
async function press(page: Page, within: string, label: string): Promise<void> {
  await page.locator(`${within} button`).evaluateAll((buttons, wanted) => {
    const found = buttons.find(
      (one) => (one.getAttribute("aria-label") ?? one.textContent ?? "").trim() === wanted,
    );
    (found as HTMLElement | undefined)?.click();
  }, label);
}

/** Something in every empty field, so that what it is for can be sent. */
async function fillIn(page: Page): Promise<void> {
  const fields = page.locator(
    `${openDialog} :is(input:not([type]), input[type=text], input[type=password], input[type=email], textarea):not([readonly], [disabled])`,
  );
  for (const field of await fields.all()) {
    if ((await field.inputValue().catch(() => "x")) !== "") continue;
    if ((await field.getAttribute("role")) === "combobox") continue;
    await field.fill("sample-text-0123", { timeout: 1_000 }).catch(() => undefined);
  }
}

type Marked = typeof globalThis & { isSameDocument?: true };

const markDocument = (page: Page) =>
  page.evaluate(() => {
    (globalThis as Marked).isSameDocument = true;
  });

/** To where the next button is; some go to another page, and some load the app anew, in another environment. */
async function comeBack(page: Page, href: string): Promise<void> {
  const isSame = await page
    .evaluate(() => (globalThis as Marked).isSameDocument === true)
    .catch(() => false);
  if (!isSame) await page.goto(href);
  else if (page.url() !== new URL(href, page.url()).href) await walkTo(page, href);
  await shown(page);
}

import type { Browser, Page } from "playwright-core";
import type { Furnished } from "../../furnished/open-furnished.ts";
import { webPlaces } from "../../furnished/web-pages.ts";
import type { WebPlace } from "../../furnished/web-place.ts";
import { violationsOf } from "../../web/axe.ts";
import { openBrowser } from "../../web/open-browser.ts";
import { openWindow } from "../../web/open-window.ts";
import { routerRoutes } from "../../web/router-routes.ts";
import { shown, walkTo } from "../../web/walk-app.ts";
import { watchPage } from "../../web/watch-page.ts";
import type { Claim, Proof } from "../claim.ts";
import { furnished } from "./furnished.ts";

const schemes = ["light", "dark"] as const;
type Scheme = (typeof schemes)[number];

interface Walk {
  proof: Proof;
  browser: Browser;
  platform: Furnished;
}

/**
 * axe finds nothing on any page, light or dark, with a shop's work on it; no page logs an error, breaks its content security
 * policy or asks for what is not there. A route or a view that nobody looks at fails the claim.
 */
export const axe: Claim = {
  name: "axe",
  async prove(proof) {
    const [platform, browser] = await Promise.all([furnished(proof), openBrowser()]);
    proof.tell("furnished");
    proof.finally(() => browser.close());
    const walks = await Promise.all(
      schemes.map((scheme) => walk({ proof, browser, platform }, scheme)),
    );
    proof.figure("places", webPlaces.length);
    proof.figure("visits", sum(walks.map(({ visits }) => visits)));
    proof.equals("violations", sum(walks.map(({ violations }) => violations)), 0);
    proof.equals("faults", sum(walks.map(({ faults }) => faults)), 0);
  },
};

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

/** All places in one scheme, or at the small scale every other one. */
async function walk({ proof, browser, platform }: Walk, scheme: Scheme) {
  const first = schemes.indexOf(scheme);
  const places = webPlaces.filter((_, i) => proof.scale.name === "full" || i % 2 === first);
  const found = { visits: 0, violations: 0, faults: 0 };
  const { member, stranger } = await openPages({ proof, browser, platform }, scheme);
  await member.page.goto("/");
  await shown(member.page);
  if (scheme === "light") await checkRoutes(proof, member.page);
  let isTouched = false;
  for (const place of places) {
    const { page, faults } = place.isEntry ? stranger : member;
    // What was opened at the place before would be open still.
    const go = place.isEntry || isTouched ? load : walkTo;
    isTouched = place.act !== undefined;
    const violations = await go(page, place.path(platform))
      .then(() => place.act?.(page))
      .then(() => violationsOf(page))
      .catch((error: unknown) => [String(error)]);
    if (place.act) await page.keyboard.press("Escape");
    const wrong = faults.splice(0);
    found.visits += 1;
    found.violations += violations.length;
    found.faults += wrong.length;
    const said = [...violations, ...wrong].join("; ");
    proof.holds(said === "", `${place.name}, ${scheme}: ${said}`);
  }
  return found;
}

async function load(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await shown(page);
}

async function openPages({ browser, platform: { platform, owner } }: Walk, colorScheme: Scheme) {
  const open = async (isMember: boolean) => {
    const cookies = isMember ? owner.cookies : [];
    const context = await openWindow(browser, platform.url, { cookies, colorScheme });
    const page = await context.newPage();
    return { page, faults: watchPage(page, (request) => !isMember && request.startsWith("401 ")) };
  };
  return { member: await open(true), stranger: await open(false) };
}

/** Every route of the app, and every view that its address can name, is among the places. */
async function checkRoutes(proof: Proof, page: Page): Promise<void> {
  const routes = await routerRoutes(page);
  proof.figure("routes", routes.length);
  proof.holds(routes.length > 20, `the app told of ${routes.length} routes only`);
  for (const { path, views } of routes) {
    const places = webPlaces.filter(({ route }) => route === path);
    proof.holds(places.length > 0, `nobody looks at the route ${path}`);
    for (const view of views) {
      const isThere = places.some((place) => viewOf(place) === view);
      proof.holds(isThere, `nobody looks at the view ${view} of ${path}`);
    }
  }
}

/** The view that a place's address names; ids do not matter for that. */
function viewOf({ name, path }: WebPlace): string | null {
  const anywhere = { runs: {}, artifacts: new Map() } as unknown as Furnished;
  const address = URL.parse(path(anywhere), "http://any");
  if (!address) throw new Error(`The place ${name} has no address.`);
  return address.searchParams.get("view");
}

import type { Browser, BrowserContext, Page } from "playwright-core";
import { webPlaces, type WebPlace } from "../../furnished/web-pages.ts";
import type { Furnished } from "../../furnished/open-furnished.ts";
import { violationsOf } from "../../web/axe.ts";
import { openBrowser } from "../../web/open-browser.ts";
import { routerRoutes } from "../../web/router-routes.ts";
import { watchPage } from "../../web/watch-page.ts";
import type { Claim, Proof } from "../claim.ts";
import { furnished } from "./furnished.ts";

type Scheme = "light" | "dark";

/** Pages that are looked at at the same time. */
const lanes = 2;
const patienceMs = 60_000;

/**
 * axe finds nothing on any page, light or dark, with a shop's work on it; no page logs an error, breaks its content security
 * policy or asks for what is not there. A route or a view that nobody looks at fails the claim.
 */
export const axe: Claim = {
  name: "axe",
  async prove(proof) {
    const platform = await furnished(proof);
    const browser = await openBrowser();
    proof.finally(() => browser.close());
    const visits = webPlaces.flatMap((place, index): [WebPlace, Scheme][] => {
      if (proof.scale.name === "full")
        return [
          [place, "light"],
          [place, "dark"],
        ];
      return [[place, index % 2 === 0 ? "light" : "dark"]];
    });
    const contexts = await openContexts(browser, platform);
    await checkRoutes(proof, contexts.member.light);
    const found = { visits: 0, violations: 0, faults: 0 };
    const open = [...visits];
    const lane = async () => {
      for (let next = open.shift(); next; next = open.shift()) {
        const [place, scheme] = next;
        const context = contexts[place.isEntry ? "stranger" : "member"][scheme];
        await visit(proof, { platform, place, scheme, context, found });
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    proof.figure("pages", webPlaces.length);
    proof.figure("visits", found.visits);
    proof.equals("violations", found.violations, 0);
    proof.equals("faults", found.faults, 0);
  },
};

async function openContexts(browser: Browser, { platform, owner }: Furnished) {
  const open = async (colorScheme: Scheme, isMember: boolean) => {
    const context = await browser.newContext({
      baseURL: platform.url,
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
      colorScheme,
    });
    context.setDefaultTimeout(patienceMs);
    if (isMember) await context.addCookies(owner.cookies);
    return context;
  };
  const both = async (isMember: boolean) => ({
    light: await open("light", isMember),
    dark: await open("dark", isMember),
  });
  return { member: await both(true), stranger: await both(false) };
}

/** Every route of the app, and every view that its address can name, is among the places. */
async function checkRoutes(proof: Proof, context: BrowserContext): Promise<void> {
  const page = await context.newPage();
  await page.goto("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  const routes = await routerRoutes(page);
  await page.close();
  proof.figure("routes", routes.length);
  proof.holds(routes.length > 20, `the app told of ${routes.length} routes only`);
  for (const { path, views } of routes) {
    const places = webPlaces.filter(({ route }) => route === path);
    proof.holds(places.length > 0, `nobody looks at the route ${path}`);
    for (const view of views) {
      const isThere = places.some(({ name, path: to }) => viewOf(to, name) === view);
      proof.holds(isThere, `nobody looks at the view ${view} of ${path}`);
    }
  }
}

/** The view that a place's address names; ids do not matter for that. */
function viewOf(path: WebPlace["path"], name: string): string | null {
  const anywhere = { runs: {}, artifacts: new Map() } as unknown as Furnished;
  const address = URL.parse(path(anywhere), "http://any");
  if (!address) throw new Error(`The place ${name} has no address.`);
  return address.searchParams.get("view");
}

interface Visit {
  platform: Furnished;
  place: WebPlace;
  scheme: Scheme;
  context: BrowserContext;
  found: { visits: number; violations: number; faults: number };
}

async function visit(proof: Proof, { platform, place, scheme, context, found }: Visit) {
  const page = await context.newPage();
  const faults = watchPage(page, (request) => place.isEntry === true && request.startsWith("401 "));
  try {
    await page.goto(place.path(platform));
    await ready(page);
    const violations = await violationsOf(page);
    found.visits += 1;
    found.violations += violations.length;
    found.faults += faults.length;
    const said = [...violations, ...faults].join("; ");
    proof.holds(said === "", `${place.name}, ${scheme}: ${said}`);
  } catch (error) {
    found.faults += 1;
    proof.holds(false, `${place.name}, ${scheme}: ${String(error)}; ${faults.join("; ")}`);
  } finally {
    await page.close();
  }
}

/** Until the page shows what it has. */
export async function ready(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
}

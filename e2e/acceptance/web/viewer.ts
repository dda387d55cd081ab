import { roles, type Permission, type Role } from "@flotilla/core";
import type { Browser, Page } from "playwright-core";
import type { Furnished } from "../../furnished/open-furnished.ts";
import { webPlaces } from "../../furnished/web-pages.ts";
import type { WebPlace } from "../../furnished/web-place.ts";
import { newMember, type Member } from "../../web/members.ts";
import { openBrowser } from "../../web/open-browser.ts";
import { openWindow } from "../../web/open-window.ts";
import { keepFromChanging, pressButtons, type Attempt } from "../../web/press-buttons.ts";
import { shown, walkTo } from "../../web/walk-app.ts";
import type { Claim, Proof } from "../claim.ts";
import { furnished } from "./furnished.ts";
import { readGuards, type Guards } from "./guards.ts";

interface Crawl {
  proof: Proof;
  browser: Browser;
  furnished: Furnished;
  guards: Guards;
}

/** At the small scale buttons are pressed on one page of so many. */
const sparse = 4;

/**
 * Nobody is offered what would be refused. Each page is opened as each role: none asks for anything that is refused, no link
 * leads to what is not the role's, and every button that is there is pressed, also in what it opens. What a press would send is
 * kept from the server, and held against the permission that the API's document names for it.
 */
export const viewer: Claim = {
  name: "viewer",
  async prove(proof) {
    const [platform, browser] = await Promise.all([furnished(proof), openBrowser()]);
    proof.finally(() => browser.close());
    const guards = await readGuards(platform.platform.url);
    const crawl = { proof, browser, furnished: platform, guards };
    const crawled: Role[] =
      proof.scale.name === "full" ? roles.filter((one) => one !== "owner") : ["viewer"];
    let pressed = 0;
    let attempts = 0;
    for (const role of crawled) {
      const found = await crawlAs(crawl, role);
      pressed += found.pressed;
      attempts += found.attempts;
    }
    proof.figure("roles", crawled.length);
    proof.figure("places", webPlaces.length);
    proof.figure("pressed", pressed);
    proof.figure("attempts", attempts);
    proof.holds(pressed > 10, "hardly a button was pressed");
  },
};

async function memberOf({ furnished: { platform, owner, viewer: known } }: Crawl, role: Role) {
  return role === "viewer" ? known : newMember(platform, owner, `Crawling-${role}`, role);
}

async function crawlAs(crawl: Crawl, role: Role): Promise<{ pressed: number; attempts: number }> {
  const { proof, furnished: of } = crawl;
  const member = await memberOf(crawl, role);
  const { permissions } = await member.client.me();
  const { page, attempts, refusals } = await openPage(crawl, member);
  const judge = new Judge(proof, crawl.guards, role, new Set(permissions));
  await page.goto("/");
  await shown(page);
  const totals = { pressed: 0, attempts: 0 };
  for (const [index, place] of places().entries()) {
    const href = place.path(of);
    let doing = "opening it";
    const isPressed = proof.scale.name === "full" || index % sparse === 0;
    const note = (next: string) => {
      totals.attempts += attempts.length;
      judge.attempts(attempts.splice(0), place, doing);
      doing = next;
    };
    try {
      await walkTo(page, href);
      await judge.see(page, href);
      if (isPressed) {
        totals.pressed += await pressButtons(page, href, (label) => note(`pressing ${label}`));
        // Ends what was set going, such as a replay.
        await page.goto("/");
      }
    } catch (error) {
      proof.holds(false, `${role} at ${place.name}, ${doing}: ${String(error).slice(0, 200)}`);
      await page.goto("/");
    }
    note("");
    judge.refusals(refusals.splice(0), place);
  }
  judge.links();
  await page.context().close();
  return totals;
}

const places = (): WebPlace[] => webPlaces.filter(({ isEntry }) => !isEntry);

async function openPage({ browser, furnished: { platform } }: Crawl, member: Member) {
  const context = await openWindow(browser, platform.url, { cookies: member.cookies });
  const attempts = await keepFromChanging(context);
  const page = await context.newPage();
  const refusals: string[] = [];
  page.on("response", (response) => {
    if (response.status() === 403) refusals.push(new URL(response.url()).pathname);
  });
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      if (String(payload).includes('"code":"forbidden"')) refusals.push(String(payload));
    });
  });
  return { page, attempts, refusals };
}

/** Holds what is seen as a role against what the role may. */
class Judge {
  readonly #proof: Proof;
  readonly #guards: Guards;
  readonly #role: Role;
  readonly #may: ReadonlySet<Permission>;
  readonly #linked = new Set<string>();
  readonly #refused = new Set<string>();

  constructor(proof: Proof, guards: Guards, role: Role, may: ReadonlySet<Permission>) {
    this.#proof = proof;
    this.#guards = guards;
    this.#role = role;
    this.#may = may;
  }

  /** Notes where the page leads, and whether it is one that says no. */
  async see(page: Page, href: string): Promise<void> {
    const paths = await page
      .locator("a[href]")
      .evaluateAll((links) => links.map((one) => (one as HTMLAnchorElement).pathname));
    for (const path of paths) this.#linked.add(path);
    const no = page.getByRole("heading", { name: "Your role does not include this" });
    if (await no.count()) this.#refused.add(new URL(href, page.url()).pathname);
  }

  attempts(made: Attempt[], { name }: WebPlace, doing: string): void {
    for (const { method, path } of made) {
      const needs = this.#guards.of(method, path);
      const isHeld = needs === undefined || this.#may.has(needs);
      this.#fault(isHeld, name, `${doing} sends ${method} ${path}, which needs ${needs}`);
    }
  }

  refusals(paths: string[], { name }: WebPlace): void {
    for (const path of paths) this.#fault(false, name, `${path} is asked for and refused`);
  }

  links(): void {
    for (const path of this.#refused) {
      this.#fault(!this.#linked.has(path), path, "a link leads here, and the role may not see it");
    }
  }

  #fault(holds: boolean, where: string, what: string): void {
    this.#proof.holds(holds, `${this.#role} at ${where}: ${what}`);
  }
}

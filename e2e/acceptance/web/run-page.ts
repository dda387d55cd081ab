import { openBrowser } from "../../web/open-browser.ts";
import { measureRunPage } from "../../web-speed/run-page-speed.ts";
import type { Claim } from "../claim.ts";
import { speedPlatform } from "./speed-platform.ts";

const mostMs = 500;

/** The page of a run of 2,000 events takes input within half a second. */
export const runPage: Claim = {
  name: "run-page",
  async prove(proof) {
    const isFull = proof.scale.name === "full";
    const wanted = isFull ? { events: 2_000, loads: 7 } : { events: 200, loads: 1 };
    const platform = await speedPlatform();
    const browser = await openBrowser();
    proof.finally(() => browser.close());
    const { events, interactiveMs, ...figures } = await measureRunPage(platform, browser, wanted);
    proof.figure("events", events);
    proof.holds(events >= wanted.events, `the run has ${events} events only`);
    proof.atMost("interactiveMs", interactiveMs, mostMs);
    for (const [name, value] of Object.entries(figures)) proof.figure(name, value);
  },
};

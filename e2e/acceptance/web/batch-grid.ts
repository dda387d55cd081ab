import { openBrowser } from "../../web/open-browser.ts";
import { measureBatchGrid } from "../../web-speed/batch-grid-speed.ts";
import type { Claim } from "../claim.ts";
import { speedPlatform } from "./speed-platform.ts";

const leastUpdates = 60;

/** With 10,000 cells and 60 of them changing a second, no task of the main thread takes 50 ms. */
export const batchGrid: Claim = {
  name: "batch-grid",
  async prove(proof) {
    const isFull = proof.scale.name === "full";
    const wanted = isFull ? { cells: 10_000, seconds: 20 } : { cells: 500, seconds: 2 };
    const platform = await speedPlatform();
    const browser = await openBrowser();
    proof.finally(() => browser.close());
    const figures = await measureBatchGrid(platform, browser, wanted);
    for (const [name, value] of Object.entries(figures)) proof.figure(name, value);
    proof.holds(figures.updatesPerSecond > 0, "no cell has changed");
    if (!proof.scale.isTimed) return;
    proof.holds(
      figures.updatesPerSecond >= leastUpdates,
      `only ${figures.updatesPerSecond} a second`,
    );
    proof.atMost("longTasks", figures.longTasks, 0);
  },
};

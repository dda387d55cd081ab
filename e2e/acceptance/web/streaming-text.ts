import { openBrowser } from "../../web/open-browser.ts";
import { measureStreaming } from "../../web-speed/streaming-speed.ts";
import type { Claim } from "../claim.ts";
import { speedPlatform } from "./speed-platform.ts";

const mostPercent = 10;

/** While an answer comes on screen word by word, the page takes less than a tenth of a core. */
export const streamingText: Claim = {
  name: "streaming-text",
  async prove(proof) {
    const platform = await speedPlatform();
    const browser = await openBrowser();
    proof.finally(() => browser.close());
    const seconds = proof.scale.name === "full" ? 20 : 2;
    const { corePercent, ...figures } = await measureStreaming(platform, browser, { seconds });
    for (const [name, value] of Object.entries(figures)) proof.figure(name, value);
    proof.holds(figures.characters > 0, "no text came");
    proof.atMost("corePercent", corePercent, mostPercent);
  },
};

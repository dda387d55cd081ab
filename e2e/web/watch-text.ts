import type { Page } from "playwright-core";

/** The text of the model call on screen, watched from the page itself on every change. */
export interface WatchedText {
  now(): Promise<string>;
  /** How long it has been, each time it changed. */
  lengths(): Promise<number[]>;
  /** Every state in which it was not the beginning of `whole`. */
  strayed(whole: string): Promise<string[]>;
}

/** @param selector where the text is; left out: in the chosen step of a run */
export async function watchText(
  page: Page,
  selector = "[data-part=text] h3 + div",
): Promise<WatchedText> {
  const seen = await page.evaluateHandle((where) => {
    const states: string[] = [];
    const look = () => {
      const text = document.querySelector(where)?.textContent ?? "";
      if (text !== states.at(-1)) states.push(text);
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return states;
  }, selector);
  return {
    now: () => seen.evaluate((states) => states.at(-1) ?? ""),
    lengths: () => seen.evaluate((states) => states.map((state) => state.length)),
    strayed: (whole) =>
      seen.evaluate((states, text) => states.filter((state) => !text.startsWith(state)), whole),
  };
}

import type { Page } from "playwright-core";
import type { Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { patienceMs } from "./open-stage.ts";

const mostTabs = 120;

interface Focus {
  /** What it is called; empty: nothing has the focus. */
  name: string;
  isVisible: boolean;
}

/** A person at the keyboard alone: no event of a mouse, and the focus is watched after each thing that is done. */
export class Keys {
  readonly #proof: Proof;
  readonly #page: Page;
  looked = 0;

  constructor(proof: Proof, page: Page) {
    this.#proof = proof;
    this.#page = page;
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.insertText(text);
  }

  /** Goes on by Tab, or back, until what has the focus is called so. */
  async tabTo(name: RegExp, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
    const met: string[] = [];
    for (let tab = 0; tab < mostTabs; tab += 1) {
      const focus = await this.#focus();
      if (name.test(focus.name)) {
        this.#proof.holds(focus.isVisible, `the focus on ${focus.name} is not seen`);
        return;
      }
      met.push(focus.name);
      await this.press(key);
    }
    throw new Error(`No ${key} leads to ${name}: ${[...new Set(met)].join(" | ")}`);
  }

  /** Until the focus is there by itself. */
  async waitFor(name: RegExp): Promise<void> {
    await eventually({ what: `the focus is on ${name}`, timeoutMs: patienceMs }, async () =>
      name.test((await this.#focus()).name) ? true : undefined,
    );
  }

  /** Nothing that was done has taken the focus away. */
  async keepsFocus(after: string): Promise<void> {
    this.looked += 1;
    const kept = eventually({ what: "the focus is somewhere", timeoutMs: 5_000 }, async () => {
      const { name, isVisible } = await this.#focus();
      return name !== "" && isVisible ? name : undefined;
    });
    await kept.catch(async () => {
      const { name } = await this.#focus();
      this.#proof.holds(
        false,
        name === ""
          ? `the focus is lost after ${after}`
          : `the focus on ${name} is not seen after ${after}`,
      );
    });
  }

  #focus(): Promise<Focus> {
    return this.#page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) {
        return { name: "", isVisible: false };
      }
      const labels =
        "labels" in element ? [...((element.labels as NodeListOf<HTMLElement>) ?? [])] : [];
      const name =
        element.getAttribute("aria-label") ??
        (labels.map((label) => label.textContent).join(" ") ||
          element.textContent.trim().slice(0, 80));
      const box = element.getBoundingClientRect();
      const isVisible = element.matches(":focus-visible") && box.width > 0 && box.height > 0;
      return { name: name || element.tagName.toLowerCase(), isVisible };
    });
  }
}

/** Counts what a mouse does on all pages of the context that are loaded from now on. */
export async function countMouse(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const at = globalThis as typeof globalThis & { mouseEvents?: number };
    at.mouseEvents = 0;
    for (const type of ["mousedown", "mousemove", "pointerdown", "touchstart", "wheel"]) {
      addEventListener(type, () => (at.mouseEvents = (at.mouseEvents ?? 0) + 1), true);
    }
  });
  return () =>
    page.evaluate(
      () => (globalThis as typeof globalThis & { mouseEvents?: number }).mouseEvents ?? -1,
    );
}

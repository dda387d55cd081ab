import type { Page } from "playwright-core";
import type { Furnished } from "./open-furnished.ts";

/** A page of the web app, or a view of one, with something on it. */
export interface WebPlace {
  /** Also the name of its picture. */
  name: string;
  /** As the router has it. */
  route: string;
  /** With its parameters and search. */
  path: (furnished: Furnished) => string;
  /** A page that people see who are not signed in. */
  isEntry?: true;
  /** Opens what is to be looked at once the page is there: a dialog, a menu. */
  act?: (page: Page) => Promise<unknown>;
}

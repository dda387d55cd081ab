import type { Page } from "@flotilla/api";
import type { Terminal } from "./terminal.ts";

/** A page of a list: as JSON, as a table, or the word that there is nothing. */
export function printPage<T>(
  page: Page<T>,
  terminal: Terminal,
  nothing: string,
  render: (items: T[]) => string,
): void {
  if (terminal.json) {
    terminal.document(page);
    return;
  }
  if (page.items.length === 0) terminal.note(nothing);
  else terminal.print(render(page.items));
  if (page.nextCursor !== null) terminal.note(`There are more: --cursor ${page.nextCursor}`);
}

import type { Page } from "@flotilla/api";
import type { Terminal } from "./terminal.ts";

/** A list: as JSON, as a table, or the word that there is nothing. */
export function printList<T>(
  list: { items: T[] },
  terminal: Terminal,
  nothing: string,
  render: (items: T[]) => string,
): void {
  if (terminal.json) terminal.document(list);
  else if (list.items.length === 0) terminal.note(nothing);
  else terminal.print(render(list.items));
}

/** A page of a list, and how to go on from it. */
export function printPage<T>(
  page: Page<T>,
  terminal: Terminal,
  nothing: string,
  render: (items: T[]) => string,
): void {
  printList(page, terminal, nothing, render);
  if (page.nextCursor !== null && !terminal.json) {
    terminal.note(`There are more: --cursor ${page.nextCursor}`);
  }
}

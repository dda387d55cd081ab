import { FlotillaError } from "./error.ts";
import { outputText } from "./message.ts";
import type { JsonObject } from "./json.ts";

const placeholder = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** The columns a prompt template names, each once, in order: `{{question}}` names `question`. */
export function templateColumns(template: string): string[] {
  return [...new Set(Array.from(template.matchAll(placeholder), (match) => match[1] as string))];
}

/**
 * A template with the row's values in place. Values are inserted as they are, never
 * read as templates again; what is not text is written as JSON.
 *
 * Throws `row_invalid` when the row lacks a column.
 */
export function renderTemplate(template: string, row: JsonObject): string {
  return template.replace(placeholder, (_all, column: string) => {
    const value = Object.hasOwn(row, column) ? row[column] : undefined;
    if (value === undefined) {
      throw new FlotillaError("row_invalid", `The row has no column "${column}".`);
    }
    return outputText(value);
  });
}

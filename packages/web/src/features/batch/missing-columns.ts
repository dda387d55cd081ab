import { templateColumns } from "@flotilla/core";

/** The columns a template names that the file does not have; none while there is no file. */
export function missingColumns(template: string, columns: string[] | undefined): string[] {
  if (!columns) return [];
  return templateColumns(template).filter((column) => !columns.includes(column));
}

import { configSchema, environment, type ConfigInput } from "./config.ts";

const start = "<!-- settings: made from packages/server/src/config.ts -->\n\n";
const end = "\n\n<!-- end of the settings -->";

/** The page of the docs with the table of settings as the schema has it. Throws without its marks. */
export function withSettingsTable(page: string): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error("The page has no marks for the table of settings.");
  return page.slice(0, from + start.length) + settingsTable() + page.slice(to);
}

function settingsTable(): string {
  const names = Object.keys(configSchema.shape) as (keyof ConfigInput)[];
  const defaults: Record<string, unknown> = configSchema.parse({});
  const rows = names.map((name) => {
    const { description = "", unset } = configSchema.shape[name].meta() ?? {};
    const shown = typeof unset === "string" ? unset : showDefault(defaults[name]);
    return [`\`${name}\``, `\`${environment[name]}\``, shown, description];
  });
  return alignedTable([["Setting", "Environment", "Default", "What it does"], ...rows]);
}

function showDefault(value: unknown): string {
  if (value === undefined) return "–";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** Markdown as the formatter leaves it. */
function alignedTable(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...body.map(line)].join("\n");
}

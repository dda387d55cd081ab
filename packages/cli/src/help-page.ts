import { stripVTControlCharacters } from "node:util";
import { renderUsage, type CommandDef } from "citty";
import type { Resolved } from "./command-tree.ts";

/** The help page of a command. */
export async function helpPage(
  { path, command }: Pick<Resolved, "path" | "command">,
  color: boolean,
): Promise<string> {
  const above = path.slice(0, -1);
  const parent: CommandDef | undefined =
    path.length > 0 ? { meta: { name: ["flotilla", ...above].join(" ") } } : undefined;
  const text = (await renderUsage(command, parent)).replaceAll(/ +$/gm, "");
  return color ? text : stripVTControlCharacters(text);
}

import type { ArgsDef, CommandDef } from "citty";
import { UsageError } from "./usage.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- citty's own type of "some command"
export type Command = CommandDef<any>;

/** A first word: its summary for the help page, and its code, loaded when it is used. */
export interface Entry {
  summary: string;
  load(): Promise<Command>;
}

export type Entries = Readonly<Record<string, Entry>>;

/** `flotilla` itself, with summaries in place of the commands' code. */
function rootOf(entries: Entries): Command {
  return {
    meta: { name: "flotilla", description: "Fleets of durable AI agents on your own machines" },
    subCommands: Object.fromEntries(
      Object.entries(entries).map(([name, { summary }]) => [
        name,
        { meta: { description: summary } },
      ]),
    ),
  };
}

/** A command, how it was named, and what is left of the command line for it. */
export interface Resolved {
  path: string[];
  command: Command;
  rawArgs: string[];
  /** It is only a name over other commands. */
  isGroup: boolean;
  /** Of a group: what it does when nothing more is said. */
  byDefault?: Command;
}

/**
 * Finds the command a command line names. Options given before the command's words
 * (`flotilla --json runs list`) belong to it as well. Throws UsageError for unknown words.
 */
export async function resolveCommand(argv: string[], entries: Entries): Promise<Resolved> {
  const rest = [...argv];
  const options: string[] = [];
  const path: string[] = [];
  let command = rootOf(entries);
  let children: string[] = Object.keys(entries);
  let byDefault: Command | undefined;
  while (children.length > 0) {
    const word = takeWord(rest, options, byDefault ? await valuedOf(byDefault) : globalValued);
    if (word === undefined) break;
    if (!children.includes(word)) {
      throw new UsageError(
        `There is no command "${["flotilla", ...path, word].join(" ")}".`,
        `Known here: ${children.join(", ")}.`,
      );
    }
    command =
      path.length === 0 ? await (entries[word] as Entry).load() : await child(command, word);
    path.push(word);
    children = Object.keys(await subCommands(command));
    byDefault =
      typeof command.default === "string" ? await child(command, command.default) : undefined;
  }
  const isGroup = children.length > 0;
  return {
    ...{ path, command, rawArgs: [...options, ...rest], isGroup },
    ...(byDefault && { byDefault }),
  };
}

export async function subCommands(command: Command): Promise<Record<string, Command>> {
  const found = command.subCommands;
  const named = (typeof found === "function" ? await found() : await found) ?? {};
  return named as Record<string, Command>;
}

async function child(command: Command, name: string): Promise<Command> {
  return (await subCommands(command))[name] as Command;
}

/** Global options whose value is a word of its own. */
const globalValued: ReadonlySet<string> = new Set([
  "--url",
  "--key",
  "--organisation",
  "--environment",
]);

/** The options with a value of a group's default command, which need not be named. */
async function valuedOf(command: Command): Promise<ReadonlySet<string>> {
  const args: ArgsDef =
    (await (typeof command.args === "function" ? command.args() : command.args)) ?? {};
  const names = Object.entries(args).flatMap(([name, arg]) =>
    arg.type === "string" || arg.type === "enum" ? [name, arg.alias ?? []].flat() : [],
  );
  return new Set([
    ...globalValued,
    ...names.map((name) => (name.length === 1 ? `-${name}` : `--${name}`)),
  ]);
}

/** Takes the first word off `rest`; the options before it move to `options`. */
function takeWord(
  rest: string[],
  options: string[],
  valued: ReadonlySet<string>,
): string | undefined {
  while (rest[0]?.startsWith("-")) {
    const option = rest.shift() as string;
    options.push(option);
    if (valued.has(option) && rest.length > 0) options.push(rest.shift() as string);
  }
  return rest.shift();
}

import { defineCommand, type ArgsDef } from "citty";
import { subCommands, type Command, type Entries } from "../command-tree.ts";
import {
  completionScript,
  shells,
  type CompletionNode,
  type CompletionOption,
  type Shell,
} from "../completion-script.ts";
import { UsageError } from "../usage.ts";

export function completionOf(entries: Entries) {
  return defineCommand({
    meta: { name: "completion", description: "Print shell completion for bash, zsh or fish" },
    args: { shell: { type: "positional", required: true, description: shells.join(", ") } },
    async run({ args }) {
      const shell = shells.find((one) => one === args.shell);
      if (!shell) throw new UsageError(`There is no completion for ${args.shell}.`);
      process.stdout.write(await scriptFor(shell, entries));
    },
  });
}

async function scriptFor(shell: Shell, entries: Entries): Promise<string> {
  const nodes: CompletionNode[] = [
    { path: "", summary: "", children: Object.keys(entries), options: [] },
  ];
  for (const [name, entry] of Object.entries(entries)) {
    await collect(await entry.load(), `/${name}`, entry.summary, nodes);
  }
  return completionScript(shell, nodes);
}

async function collect(
  command: Command,
  path: string,
  summary: string,
  nodes: CompletionNode[],
): Promise<void> {
  const children = await subCommands(command);
  const args = (typeof command.args === "function" ? await command.args() : await command.args) as
    | ArgsDef
    | undefined;
  nodes.push({ path, summary, children: Object.keys(children), options: optionsOf(args ?? {}) });
  for (const [name, child] of Object.entries(children)) {
    const meta = typeof child.meta === "function" ? await child.meta() : await child.meta;
    await collect(child, `${path}/${name}`, meta?.description ?? "", nodes);
  }
}

function optionsOf(args: ArgsDef): CompletionOption[] {
  return Object.entries(args)
    .filter(([, def]) => def.type !== "positional")
    .map(([name, def]) => {
      const options = "options" in def ? def.options : undefined;
      // What is on by default is only ever switched off.
      const shown = def.default === true ? `no-${name}` : name;
      const value =
        def.type === "boolean"
          ? ("flag" as const)
          : (options ?? (def.valueHint?.includes("path") ? "path" : "text"));
      return { name: shown, summary: def.description ?? "", value };
    });
}

import type { ToolCalled } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { withInterrupt } from "../interrupt.ts";
import { bytes } from "../render/number.ts";
import { duration } from "../render/time.ts";
import type { Terminal } from "../terminal.ts";
import { toolInput } from "../tool-input.ts";

export const toolCall = defineCommand({
  meta: { name: "call", description: "Call a tool by hand, outside of any run" },
  args: {
    name: { type: "positional", description: "Name of the tool", required: true },
    pairs: {
      type: "positional",
      description: "Fields of the input: name=value",
      required: false,
      variadic: true,
    },
    input: {
      type: "string",
      valueHint: "json",
      description: "The whole input as JSON, or @file (@- for stdin)",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const { items } = await client.tools.list();
    const found = items.find((one) => one.name === args.name);
    if (!found) {
      throw new FlotillaError("unknown_tool", `There is no tool "${args.name}".`, {
        remedy: `There are: ${items.map((one) => one.name).join(", ")}.`,
      });
    }
    const input = await toolInput(args.input, args._.slice(1), found.input);
    const called = await withInterrupt((signal) => client.tools.call(args.name, { input }, signal));
    if (terminal.json) terminal.document(called);
    else printCalled(called, terminal);
  },
});

function printCalled({ output, labels, ms, kept }: ToolCalled, terminal: Terminal): void {
  terminal.print(typeof output === "string" ? output : JSON.stringify(output, null, 2));
  for (const one of kept) {
    terminal.note(
      `Kept: ${one.name} (${one.mediaType}, ${bytes(one.bytes)}); --json has its content.`,
    );
  }
  const from = labels.length > 0 ? `, labels: ${labels.join(", ")}` : "";
  terminal.note(`${duration(ms)}${from}`);
}

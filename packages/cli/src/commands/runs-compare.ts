import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { comparisonText } from "../render/comparison.ts";

export const compare = defineCommand({
  meta: {
    name: "compare",
    description: "Two runs side by side: steps, outputs, tokens, costs, times",
  },
  args: {
    a: { type: "positional", description: "Id of the one run", required: true },
    b: { type: "positional", description: "Id of the other run", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const comparison = await client.runs.compare(args.a, args.b);
    if (terminal.json) terminal.document(comparison);
    else terminal.print(comparisonText(comparison, terminal));
  },
});

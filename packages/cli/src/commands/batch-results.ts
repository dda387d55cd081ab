import { runStatusSchema } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { formatOf, rowFormats } from "../row-file.ts";
import { saveResults, writeResults } from "../save-results.ts";
import { UsageError, type CommandArgs } from "../usage.ts";

const args = {
  batch: { type: "positional", description: "Id of the batch", required: true },
  status: { type: "enum", options: [...runStatusSchema.options], description: "Only these rows" },
  format: {
    type: "enum",
    options: [...rowFormats],
    description: "Default: by the name of --out, else jsonl",
  },
  columns: {
    type: "string",
    valueHint: "names",
    description:
      "Only these: row,status,input.<column>,output,output.<field>,error_message,cost_usd, …",
  },
  out: { type: "string", alias: "o", valueHint: "path", description: "Write to a file (stdout)" },
  ...globalArgs,
} satisfies CommandArgs;

export const batchResults = defineCommand({
  meta: { name: "results", description: "The rows with their outputs; works while it runs" },
  args,
  async run({ args: given }) {
    const { client, terminal } = connect(given);
    if (terminal.json && given.format === "csv") {
      throw new UsageError("--json and --format csv exclude each other.");
    }
    const query = {
      format: given.format ?? (given.out ? formatOf(given.out) : undefined) ?? "jsonl",
      ...(given.status && { status: given.status }),
      ...(given.columns && { columns: given.columns }),
    };
    if (given.out === undefined) {
      await writeResults(client, given.batch, query);
      return;
    }
    await saveResults(client, given.batch, query, given.out);
    terminal.note(`Results are in ${given.out}.`);
  },
});

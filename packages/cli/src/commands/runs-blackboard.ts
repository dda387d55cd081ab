import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";

export const blackboard = defineCommand({
  meta: { name: "blackboard", description: "What the runs of a tree share, by key" },
  args: {
    run: { type: "positional", description: "Id of any run of the tree", required: true },
    entry: { type: "positional", description: "All versions of this key", required: false },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const page = args.entry
      ? await client.runs.blackboardKey(args.run, args.entry)
      : await client.runs.blackboard(args.run);
    const columns: Column<(typeof page.items)[number]>[] = [
      { title: "KEY", value: (entry) => entry.key },
      { title: "VERSION", align: "right", value: (entry) => String(entry.version) },
      { title: "BY", value: (entry) => entry.by.agentName },
      { title: "WRITTEN", value: (entry) => ago(entry.at) },
      { title: "VALUE", value: (entry) => JSON.stringify(entry.value) },
    ];
    printPage(page, terminal, "Nobody has written anything.", (items) =>
      table(items, columns, terminal),
    );
  },
});

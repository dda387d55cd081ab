import { setTimeout as sleep } from "node:timers/promises";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { withInterrupt } from "../interrupt.ts";
import { limitsTable } from "../render/limits.ts";

const everyMs = 1_000;

export const limits = defineCommand({
  meta: { name: "limits", description: "What providers allow, what is used of it, and who waits" },
  args: {
    watch: { type: "boolean", alias: "w", description: "Show it again every second" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const show = async () => {
      const { items } = await client.limits();
      if (terminal.json) terminal.document({ items });
      else if (items.length === 0) terminal.print("No limits are known yet.");
      else terminal.print(limitsTable(items, terminal));
    };
    await show();
    if (!args.watch) return;
    await withInterrupt(async (signal) => {
      for (;;) {
        await sleep(everyMs, undefined, { signal });
        await show();
      }
    });
  },
});

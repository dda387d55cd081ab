import { forkOutcomes } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { pairTable, summaryText } from "../render/forks.ts";
import type { CommandArgs } from "../usage.ts";

const args = {
  batch: { type: "positional", description: "Id of the batch of forks", required: true },
  pairs: { type: "boolean", description: "Also each run and its fork" },
  outcome: {
    type: "enum",
    options: [...forkOutcomes],
    description: "Only pairs of this outcome; shows them",
  },
  ...globalArgs,
} satisfies CommandArgs;

export const batchCompare = defineCommand({
  meta: {
    name: "compare",
    description: "What became of forked runs: fixed, failing, regressed; cost and time compared",
  },
  args,
  async run({ args: given }) {
    const { client, terminal } = connect(given);
    const summary = await client.forks.summary(given.batch);
    if (terminal.json) terminal.document(summary);
    else terminal.print(summaryText(summary, terminal));
    if (!given.pairs && !given.outcome) return;
    let cursor: string | null | undefined;
    do {
      const page = await client.forks.pairs(given.batch, { limit: 500, ...(cursor && { cursor }) });
      const shown = page.items.filter(({ outcome }) => !given.outcome || outcome === given.outcome);
      if (terminal.json) for (const pair of shown) terminal.document(pair);
      else if (shown.length > 0) terminal.print(`\n${pairTable(shown, terminal)}`);
      cursor = page.nextCursor;
    } while (cursor);
  },
});

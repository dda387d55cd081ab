import { costDimensionSchema } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { costsText } from "../render/costs.ts";
import { daysOption } from "../usage.ts";

export const costs = defineCommand({
  meta: { name: "costs", description: "What model calls cost" },
  args: {
    by: {
      type: "enum",
      options: [...costDimensionSchema.options],
      default: "day",
      description: "Told apart by this",
    },
    from: { type: "string", valueHint: "date", description: "First day (UTC), as 2026-01-31" },
    to: { type: "string", valueHint: "date", description: "Last day (UTC)" },
    agent: { type: "string", valueHint: "name", description: "Only calls of this agent" },
    model: { type: "string", valueHint: "name", description: "Only calls of this model" },
    user: { type: "string", valueHint: "name", description: "Only calls for this user" },
    batch: { type: "string", valueHint: "id", description: "Only calls of this batch" },
    ...globalArgs,
    organisation: { type: "string", valueHint: "name", description: "Only calls for this one" },
  },
  async run({ args }) {
    const days = daysOption(args);
    const { client, terminal } = connect(args, "subject");
    const answer = await client.costs({
      by: args.by,
      ...days,
      ...(args.agent && { agent: args.agent }),
      ...(args.model && { model: args.model }),
      ...(args.user && { user: args.user }),
      ...(args.organisation && { organisation: args.organisation }),
      ...(args.batch && { batchId: args.batch }),
    });
    if (terminal.json) terminal.document(answer);
    else terminal.print(costsText(answer, terminal));
  },
});

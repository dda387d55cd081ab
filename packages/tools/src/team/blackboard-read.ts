import { boardEntrySchema } from "@flotilla/core";
import { z } from "zod";
import { defineTool } from "../tool.ts";

/** What the agents of the team have written down for each other. */
export const blackboardRead = defineTool({
  name: "blackboard_read",
  description:
    "Reads the blackboard that all agents of the team share: the newest version of one key, or of all of them. A key that nobody has written is left out.",
  input: z.strictObject({ key: z.string().min(1).max(64).optional() }),
  output: z.strictObject({ entries: z.array(boardEntrySchema) }),
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 30_000,
  maxAttempts: 3,
  examples: [{ input: { key: "findings" }, runs: true }],
  async call({ key }, { team, label }) {
    const board = await team.board();
    const entries = board.filter((entry) => key === undefined || entry.key === key);
    for (const { labels } of entries) label(...labels);
    return { entries };
  },
});

import { z } from "zod";
import { defineTool } from "../tool.ts";

/** Writes something down for the other agents of the team. */
export const blackboardWrite = defineTool({
  name: "blackboard_write",
  description:
    "Writes the next version of a key of the blackboard that all agents of the team share. version is the newest one that you know, 0 for a key that nobody has written; should another agent have written meanwhile, the call fails: read the key again and decide anew.",
  input: z.strictObject({
    key: z.string().min(1).max(64),
    value: z.json(),
    version: z.int().min(0).max(1_000_000),
  }),
  output: z.strictObject({ key: z.string(), version: z.int() }),
  risk: "write",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 30_000,
  maxAttempts: 3,
  examples: [{ input: { key: "findings", value: ["the invoice is paid"], version: 0 } }],
  call: async ({ key, value, version }, { team }) => ({
    key,
    version: await team.write(key, version, value),
  }),
});

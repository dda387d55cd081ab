import { z } from "zod";
import { defineTool } from "../tool.ts";

/** Tells another agent of the team something while it works. */
export const sendMessage = defineTool({
  name: "send_message",
  description:
    'Tells something to another agent that works on the same task: "parent" for the one that gave you yours, the name of an agent that you gave a part or that works beside you, or the id of its run. It reads the message before its next step; there is no answer.',
  input: z.strictObject({
    to: z.string().min(1).max(64),
    text: z.string().min(1).max(50_000),
  }),
  output: z.strictObject({ runId: z.string(), agentName: z.string() }),
  risk: "write",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 30_000,
  maxAttempts: 3,
  examples: [{ input: { to: "reviewer", text: "The draft is in notes.md." } }],
  call: ({ to, text }, { team }) => team.send(to, text),
});

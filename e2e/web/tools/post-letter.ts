import { setTimeout as sleep } from "node:timers/promises";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

export const postLetter = defineTool({
  name: "post_letter",
  description: "Posts a letter. Nobody can ask the post office whether it has one.",
  input: z.strictObject({ to: z.string() }),
  output: z.strictObject({ stamp: z.string() }),
  recovery: "unknown",
  timeoutMs: 600_000,
  maxAttempts: 1,
  async call(_input, { signal }) {
    await sleep(600_000, undefined, { signal });
    return { stamp: "late" };
  },
});

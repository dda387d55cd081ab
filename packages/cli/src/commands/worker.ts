import { defineCommand } from "citty";
import { globalArgs } from "../connection.ts";
import type { ExitCode } from "../exit.ts";
import { integerOption } from "../usage.ts";

const { json, color } = globalArgs;

export const worker = defineCommand({
  meta: {
    name: "worker",
    description: "Start one more worker on the platform's database (DATABASE_URL). Ctrl-C drains",
  },
  args: {
    concurrency: { type: "string", valueHint: "number", description: "Runs at once (1,000)" },
    json,
    color,
  },
  async run({ args }): Promise<ExitCode> {
    const concurrency = integerOption("concurrency", args.concurrency, { min: 1, max: 20_000 });
    const { runWorker } = await import("@flotilla/server");
    return (await runWorker({ concurrency })) as ExitCode;
  },
});

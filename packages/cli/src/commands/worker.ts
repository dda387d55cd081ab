import { defineCommand } from "citty";
import { globalArgs } from "../connection.ts";
import type { ExitCode } from "../exit.ts";

const { json, color } = globalArgs;

export const worker = defineCommand({
  meta: {
    name: "worker",
    description: "Start one more worker on the platform's database (DATABASE_URL). Ctrl-C drains",
  },
  args: { json, color },
  async run(): Promise<ExitCode> {
    const { runWorker } = await import("@flotilla/server");
    return (await runWorker({})) as ExitCode;
  },
});

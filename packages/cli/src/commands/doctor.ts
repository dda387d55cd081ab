import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { checkMachine } from "../health/machine.ts";
import { checkPlatform } from "../health/platform.ts";
import { healthText } from "../health/check.ts";

export const doctor = defineCommand({
  meta: {
    name: "doctor",
    description: "Check that everything is in order, and say what to do where it is not",
  },
  args: {
    home: {
      type: "string",
      valueHint: "path",
      description: "The platform's folder (FLOTILLA_HOME, else .flotilla)",
    },
    ...globalArgs,
  },
  async run({ args }): Promise<ExitCode> {
    const { client, terminal, url } = connect(args);
    const home = args.home || process.env.FLOTILLA_HOME || ".flotilla";
    const checks = [...(await checkMachine(home)), ...(await checkPlatform(client, url))];
    const ok = checks.every((check) => check.outcome !== "problem");
    if (terminal.json) terminal.document({ ok, checks });
    else terminal.print(healthText(checks, terminal.paint));
    return ok ? exitCodes.ok : exitCodes.error;
  },
});

import { defineCommand } from "citty";
import { callerOf, globalArgs } from "../connection.ts";
import { bridge } from "../mcp-bridge.ts";

export const serve = defineCommand({
  meta: {
    name: "serve",
    description: "Be an MCP server on stdin and stdout, with the login of this command line",
  },
  args: globalArgs,
  async run({ args }) {
    const { url, auth, organisation, environment } = callerOf(args);
    await bridge({
      url: new URL(`${url.replace(/\/+$/, "")}/mcp`),
      headers: {
        ...(auth && { authorization: `Bearer ${auth}` }),
        ...(organisation && { "flotilla-organisation": organisation }),
        ...(environment && { "flotilla-environment": environment }),
      },
      input: process.stdin,
      output: process.stdout,
      onError: (error) => void process.stderr.write(`${error.message}\n`),
    });
  },
});

import { defineCommand } from "citty";
import { globalArgs } from "../connection.ts";
import type { ExitCode } from "../exit.ts";
import { openTerminal } from "../terminal.ts";
import { integerOption } from "../usage.ts";

interface Ready {
  url: string;
  seededBatch: string | undefined;
  adminLink: string | undefined;
}

const { json, color } = globalArgs;

export const up = defineCommand({
  meta: {
    name: "up",
    description: "Start the platform on this machine: database, worker, API and web. Ctrl-C drains",
  },
  args: {
    port: { type: "string", valueHint: "number", description: "0 takes any free port (4600)" },
    host: { type: "string", valueHint: "address", description: "Where to listen (127.0.0.1)" },
    home: {
      type: "string",
      valueHint: "path",
      description: "Where everything is kept (FLOTILLA_HOME, else .flotilla)",
    },
    workers: { type: "string", valueHint: "number", description: "Worker processes (1)" },
    json,
    color,
  },
  async run({ args }): Promise<ExitCode> {
    const port = integerOption("port", args.port, { min: 0, max: 65_535 });
    const workers = integerOption("workers", args.workers, { min: 0, max: 64 });
    const terminal = openTerminal(args);
    const { runPlatform } = await import("@flotilla/server");
    return (await runPlatform({
      port,
      host: args.host,
      home: args.home,
      workers,
      onReady: (ready) => {
        if (terminal.json) terminal.document(ready);
        else terminal.print(readyText(ready));
      },
    })) as ExitCode;
  },
});

function readyText({ url, seededBatch, adminLink }: Ready): string {
  const owner = adminLink
    ? [
        "  Nobody owns this platform yet. This link works once, within 24 hours:",
        `    ${adminLink}`,
        "",
      ]
    : [];
  const example = seededBatch
    ? [`  An example batch is running:  ${url}/batches/${seededBatch}`]
    : [];
  return [
    "",
    ...owner,
    `  Flotilla runs at  ${url}`,
    ...example,
    `  API documentation:  ${url}/docs`,
    "  Ctrl-C drains and stops.",
    "",
  ].join("\n");
}

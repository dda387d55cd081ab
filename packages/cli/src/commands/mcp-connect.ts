import { setTimeout as sleep } from "node:timers/promises";
import { FlotillaError, type McpServer } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect as connectTo, globalArgs, type Connection } from "../connection.ts";
import { serverText } from "../render/mcp.ts";

const serverArg = {
  server: { type: "positional", description: "Name of the server", required: true },
} as const;

const lookEveryMs = 1_000;

export const connect = defineCommand({
  meta: {
    name: "connect",
    description: "Sign in at a server: shows an address to open in a browser, and waits",
  },
  args: { ...serverArg, ...globalArgs },
  async run({ args }) {
    const connected = connectTo(args);
    const { client, terminal } = connected;
    const before = await client.mcpServers.get(args.server);
    const { url, expiresAt } = await client.mcpServers.connect(args.server);
    if (terminal.json) terminal.document({ url, expiresAt });
    else terminal.note(`Open   ${terminal.paintNote("bold", url)}`);
    const server = await signedIn(connected, before, expiresAt);
    if (terminal.json) terminal.document(server);
    else terminal.print(serverText(server, terminal));
  },
});

/** Waits until somebody has come back from there. */
async function signedIn(
  { client }: Connection,
  before: McpServer,
  expiresAt: string,
): Promise<McpServer> {
  for (; Date.now() < Date.parse(expiresAt); await sleep(lookEveryMs)) {
    const server = await client.mcpServers.get(before.name);
    const at = server.signIn?.at ?? null;
    if (at !== null && at !== before.signIn?.at) return server;
  }
  throw new FlotillaError("conflict", "Nobody has signed in while there was time.", {
    remedy: `Begin it again: flotilla mcp connect ${before.name}`,
  });
}

export const disconnect = defineCommand({
  meta: { name: "disconnect", description: "Forget the tokens of a server, and give them back" },
  args: { ...serverArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connectTo(args);
    const server = await client.mcpServers.disconnect(args.server);
    if (terminal.json) terminal.document(server);
    else terminal.print(serverText(server, terminal));
  },
});

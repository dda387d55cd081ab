import { createClient, type Client } from "@flotilla/api";
import { openTerminal, type Terminal, type TerminalOptions } from "./terminal.ts";

/** A command's two counterparts: the server and the person. */
export interface Connection {
  client: Client;
  terminal: Terminal;
  /** Where the server is expected. */
  url: string;
}

export interface ConnectionArgs extends TerminalOptions {
  url?: string | undefined;
}

/** Options every command takes. */
export const globalArgs = {
  url: {
    type: "string",
    valueHint: "address",
    description: "The server (FLOTILLA_URL, else http://127.0.0.1:4600)",
  },
  json: { type: "boolean", description: "Answers as JSON on stdout" },
  color: {
    type: "boolean",
    default: true,
    description: "Colours where the terminal has them",
    negativeDescription: "Plain text (also NO_COLOR)",
  },
} as const;

/** Nothing is sent before the first call of the client. */
export function connect(args: ConnectionArgs): Connection {
  const url = serverUrl(args.url);
  return { client: createClient({ baseUrl: url }), terminal: openTerminal(args), url };
}

function serverUrl(given: string | undefined): string {
  return given || process.env.FLOTILLA_URL || "http://127.0.0.1:4600";
}

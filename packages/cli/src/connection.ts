import { createClient, type Client } from "@flotilla/api";
import { environments } from "@flotilla/core";
import { readCredential } from "./credentials.ts";
import { openTerminal, type Terminal, type TerminalOptions } from "./terminal.ts";
import { choiceOption } from "./usage.ts";

/** A command's two counterparts: the server and the person. */
export interface Connection {
  client: Client;
  terminal: Terminal;
  /** Where the server is expected. */
  url: string;
}

export interface ConnectionArgs extends TerminalOptions {
  url?: string | undefined;
  key?: string | undefined;
  organisation?: string | undefined;
  environment?: string | undefined;
}

/** Options every command takes. */
export const globalArgs = {
  url: {
    type: "string",
    valueHint: "address",
    description: "The server (FLOTILLA_URL, else http://127.0.0.1:4600)",
  },
  key: {
    type: "string",
    valueHint: "key",
    description: "An API key (FLOTILLA_API_KEY, else whoever signed in with flotilla login)",
  },
  organisation: {
    type: "string",
    valueHint: "name",
    description: "Where to act (FLOTILLA_ORGANISATION)",
  },
  environment: {
    type: "string",
    valueHint: "name",
    description: "dev, staging or prod (FLOTILLA_ENVIRONMENT)",
  },
  json: { type: "boolean", description: "Answers as JSON on stdout" },
  color: {
    type: "boolean",
    default: true,
    description: "Colours where the terminal has them",
    negativeDescription: "Plain text (also NO_COLOR)",
  },
} as const;

/**
 * Nothing is sent before the first call of the client.
 *
 * @param organisationMeans what `--organisation` says of this command: where to act, or only for whom
 *   something is. Who is signed in acts where it is in any case.
 */
export function connect(
  args: ConnectionArgs,
  organisationMeans: "scope" | "subject" = "scope",
): Connection {
  const { url, ...caller } = callerOf(args, organisationMeans);
  const client = createClient({ baseUrl: url, ...caller });
  return { client, terminal: openTerminal(args), url };
}

/** Which server is asked, and as whom. */
export function callerOf(args: ConnectionArgs, organisationMeans: "scope" | "subject" = "scope") {
  const { env } = process;
  const url = serverUrl(args.url);
  const auth = args.key || env.FLOTILLA_API_KEY || readCredential(url)?.token;
  const said = organisationMeans === "scope" || auth ? args.organisation : undefined;
  return {
    url,
    auth,
    organisation: said || env.FLOTILLA_ORGANISATION,
    environment:
      choiceOption("environment", args.environment || undefined, environments) ??
      env.FLOTILLA_ENVIRONMENT,
  };
}

/** Where the server is expected. */
export function serverUrl(given: string | undefined): string {
  return given || process.env.FLOTILLA_URL || "http://127.0.0.1:4600";
}

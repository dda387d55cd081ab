import { readFile } from "node:fs/promises";
import type { ConnectionSet } from "@flotilla/api";
import { connectionKinds, searchSettingsSchema } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { readSecret } from "../read-secret.ts";
import { connectionText } from "../render/connection.ts";
import { choiceOption, UsageError } from "../usage.ts";

const server = "host:port, and /starttls or /none (to this machine alone) where it is not tls";

/** The secret comes from a prompt or from stdin, never from the command line. */
export const add = defineCommand({
  meta: {
    name: "add",
    description:
      "Add a connection, or set the one of that name; the secret is asked for, or read from stdin",
  },
  args: {
    name: { type: "positional", description: "Name of the connection", required: true },
    kind: {
      type: "enum",
      options: [...connectionKinds],
      required: true,
      description: "What it is",
    },
    address: { type: "string", valueHint: "email", description: "mail: whose mailbox it is" },
    sender: { type: "string", valueHint: "name", description: "mail: the name beside the address" },
    imap: { type: "string", valueHint: "server", description: `mail: ${server}` },
    smtp: { type: "string", valueHint: "server", description: "mail: for sending; likewise" },
    at: { type: "string", valueHint: "url", description: "calendar, search: where it is" },
    server: { type: "string", valueHint: "server", description: "database: host:port, and /none" },
    database: { type: "string", valueHint: "name", description: "database: its name" },
    writable: { type: "boolean", description: "database: tools may change what is in it" },
    service: {
      type: "enum",
      options: [...searchSettingsSchema.shape.service.options],
      description: "search: which service it is",
    },
    ca: {
      type: "string",
      valueHint: "file",
      description: "Certificates, as PEM, that it may be of",
    },
    user: { type: "string", valueHint: "name", description: "Who signs in there" },
    credential: {
      type: "string",
      valueHint: "name",
      description: "A credential that opens it (default: the secret becomes one of its own)",
    },
    open: { type: "boolean", description: "Nothing opens it: ask for no secret" },
    description: { type: "string", valueHint: "text", description: "What it is for" },
    ...globalArgs,
  },
  async run({ args }) {
    const settings = await settingsOf(args);
    const { user, credential, description } = args;
    if (credential !== undefined && (user !== undefined || args.open)) {
      throw new UsageError("Say either --credential, or --user, or --open.");
    }
    const { client, terminal } = connect(args);
    const asks = credential === undefined && !args.open;
    const secret = asks ? await readSecret(terminal, `The secret of ${args.name}`) : undefined;
    const made = await client.connections.set(args.name, {
      settings,
      ...(description !== undefined && { description }),
      ...(credential !== undefined && { credential }),
      ...(secret !== undefined && { login: { ...(user !== undefined && { user }), secret } }),
    });
    if (terminal.json) terminal.document(made);
    else terminal.print(connectionText(made, terminal));
  },
});

interface Given {
  kind: string;
  address?: string | undefined;
  sender?: string | undefined;
  imap?: string | undefined;
  smtp?: string | undefined;
  at?: string | undefined;
  server?: string | undefined;
  database?: string | undefined;
  writable?: boolean | undefined;
  service?: string | undefined;
  ca?: string | undefined;
}

async function settingsOf(given: Given): Promise<ConnectionSet["settings"]> {
  const ca = given.ca === undefined ? {} : { ca: await readFile(given.ca, "utf8") };
  switch (choiceOption("kind", given.kind, connectionKinds)) {
    case "mail":
      return {
        kind: "mail",
        address: needed(given, "address"),
        ...(given.sender !== undefined && { sender: given.sender }),
        imap: serverOf("imap", needed(given, "imap")),
        ...(given.smtp !== undefined && { smtp: serverOf("smtp", given.smtp) }),
        ...ca,
      };
    case "calendar":
      return { kind: "calendar", url: needed(given, "at"), ...ca };
    case "database": {
      const { security, ...place } = serverOf("server", needed(given, "server"));
      if (security === "starttls") throw new UsageError("--server takes host:port, and /none.");
      const writable = given.writable === true;
      return {
        kind: "database",
        ...place,
        security,
        database: needed(given, "database"),
        writable,
        ...ca,
      };
    }
    default: {
      const services = searchSettingsSchema.shape.service.options;
      const service = choiceOption("service", needed(given, "service"), services) ?? "searxng";
      return { kind: "search", service, ...(given.at !== undefined && { url: given.at }) };
    }
  }
}

function needed(given: Given, name: Exclude<keyof Given, "kind" | "writable">): string {
  const value = given[name];
  if (value !== undefined) return value;
  throw new UsageError(`Say the --${name}.`);
}

/** Ports that begin without TLS, and then take it. */
const starttlsPorts = [25, 143, 587];

function serverOf(option: string, text: string) {
  const [, host, digits, word] = /^(.+):(\d{1,5})(?:\/(\w+))?$/.exec(text) ?? [];
  if (host === undefined) throw new UsageError(`--${option} takes ${server}; not "${text}".`);
  const port = Number(digits);
  const usual = starttlsPorts.includes(port) ? "starttls" : "tls";
  const security = choiceOption(option, word, ["tls", "starttls", "none"] as const) ?? usual;
  return { host, port, security };
}

import type { McpServerSet } from "@flotilla/api";
import type { McpOauth } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { listOption } from "../list-option.ts";
import { serverText } from "../render/mcp.ts";
import { integerOption, repeatedOption, UsageError } from "../usage.ts";

/** A server of that name is set anew. */
export const add = defineCommand({
  meta: { name: "add", description: "Add a server, or set the one of that name anew" },
  args: {
    server: { type: "positional", description: "Name of the server", required: true },
    address: {
      type: "positional",
      description: "Where it speaks streamable HTTP",
      required: false,
    },
    header: {
      type: "string",
      valueHint: "name: value",
      description: "Of its requests; may be repeated, may hold {{credential:name}}",
    },
    "client-id": {
      type: "string",
      valueHint: "id",
      description: "Sign in at it as this client; without it the platform registers itself",
    },
    credential: {
      type: "string",
      valueHint: "name",
      description: "Of the client's secret, or of its private key",
    },
    signs: {
      type: "string",
      valueHint: "algorithm",
      description: "The credential is a private key: ES256, ES384, RS256 or PS256",
    },
    "as-client": {
      type: "boolean",
      description: "The platform signs in by itself, no person does",
    },
    idp: {
      type: "string",
      valueHint: "issuer",
      description: "The identity provider of a company, for one of whose people the client acts",
    },
    "idp-client-id": {
      type: "string",
      valueHint: "id",
      description: "The platform, as known there",
    },
    "idp-credential": {
      type: "string",
      valueHint: "name",
      description: "Of the platform's secret there",
    },
    identity: {
      type: "string",
      valueHint: "name",
      description: "Credential of the identity token",
    },
    scope: { type: "string", valueHint: "scope", description: "What to ask for when signing in" },
    command: {
      type: "string",
      valueHint: "program",
      description: "A program to speak with over stdio",
    },
    arg: { type: "string", valueHint: "text", description: "Of the program; may be repeated" },
    env: {
      type: "string",
      valueHint: "name=value",
      description: "Of the program; may be repeated",
    },
    readable: {
      type: "string",
      valueHint: "list",
      description: "Files and folders that the program may read",
    },
    tools: {
      type: "string",
      valueHint: "list",
      description: "Only these of its tools; * for any text",
    },
    sampling: { type: "boolean", description: "It may ask models, under the budget of the run" },
    timeout: { type: "string", valueHint: "seconds", description: "How long a call may take" },
    ...globalArgs,
  },
  async run({ args, rawArgs }) {
    const tools = listOption(args.tools);
    const timeoutSeconds = integerOption("timeout", args.timeout, { min: 1, max: 3_600 });
    const server: McpServerSet = {
      transport: transportOf(args, rawArgs),
      ...(tools.length > 0 && { tools }),
      ...(args.sampling && { sampling: true }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    };
    const { client, terminal } = connect(args);
    const made = await client.mcpServers.set(args.server, server);
    if (terminal.json) {
      terminal.document(made);
      return;
    }
    terminal.print(serverText(made, terminal));
    if (made.state === "pending") terminal.note(`Approve it: flotilla mcp approve ${made.name}`);
  },
});

interface Given {
  address?: string | undefined;
  command?: string | undefined;
  readable?: string | undefined;
  "client-id"?: string | undefined;
  credential?: string | undefined;
  signs?: string | undefined;
  "as-client"?: boolean | undefined;
  scope?: string | undefined;
  idp?: string | undefined;
  "idp-client-id"?: string | undefined;
  "idp-credential"?: string | undefined;
  identity?: string | undefined;
}

function transportOf(given: Given, rawArgs: string[]): McpServerSet["transport"] {
  const { address, command, readable } = given;
  if ((address === undefined) === (command === undefined)) {
    throw new UsageError("Say either an address or --command.");
  }
  if (address === undefined) {
    return {
      kind: "stdio",
      command: command as string,
      args: repeatedOption("arg", rawArgs),
      readable: listOption(readable),
      env: Object.fromEntries(repeatedOption("env", rawArgs).map((one) => pairOf("env", one, "="))),
    };
  }
  const headers = repeatedOption("header", rawArgs).map((one) => pairOf("header", one, ":"));
  return {
    kind: "http",
    url: address,
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    ...oauthOf(given),
  };
}

/** How to sign in, where something of that was said. */
function oauthOf(given: Given) {
  const { "client-id": clientId, credential, signs, "as-client": asClient, scope } = given;
  const oauth = {
    ...(asClient && { as: "client" as const }),
    ...(clientId !== undefined && { clientId }),
    ...(credential !== undefined && { credential }),
    ...(signs !== undefined && { signs: signs as McpOauth["signs"] }),
    ...(scope !== undefined && { scope }),
    ...identityOf(given),
  };
  return Object.keys(oauth).length > 0 ? { oauth } : {};
}

/** Whom the client acts for; all of that is needed, or none. */
function identityOf(given: Given): { identity?: McpOauth["identity"] } {
  const { idp: issuer, "idp-client-id": clientId, "idp-credential": secret, identity } = given;
  const said = [issuer, clientId, identity].filter((one) => one !== undefined);
  if (said.length === 0 && secret === undefined) return {};
  if (issuer === undefined || clientId === undefined || identity === undefined) {
    throw new UsageError("--idp, --idp-client-id and --identity are said together.");
  }
  const credential = secret !== undefined && { credential: secret };
  return { identity: { issuer, clientId, token: identity, ...credential } };
}

function pairOf(option: string, text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  if (at < 1) throw new UsageError(`--${option} takes "name${sign}value", not "${text}".`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

import type { CredentialSet } from "@flotilla/api";
import { credentialKindSchema, httpMethods, type CredentialKind } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { listOption } from "../list-option.ts";
import { readSecret } from "../read-secret.ts";
import { credentialText } from "../render/credential.ts";
import { UsageError } from "../usage.ts";

/** The secret comes from a prompt or from stdin, never from the command line. */
export const set = defineCommand({
  meta: {
    name: "set",
    description: "Set a credential; the secret is asked for, or read from stdin",
  },
  args: {
    name: { type: "positional", description: "Name of the credential", required: true },
    kind: {
      type: "enum",
      options: [...credentialKindSchema.options],
      description: "A provider's key, a header's value, user:password, or any secret",
    },
    provider: {
      type: "string",
      valueHint: "name",
      description: "The model provider whose calls take it",
    },
    hosts: {
      type: "string",
      valueHint: "list",
      description: "Where it may go: api.example.com,*.example.org",
    },
    headers: {
      type: "string",
      valueHint: "list",
      description: "Headers that may hold it (default: authorization)",
    },
    login: { type: "boolean", description: "It may be the login of connections to these hosts" },
    query: { type: "string", valueHint: "list", description: "URL parameters that may hold it" },
    methods: {
      type: "string",
      valueHint: "list",
      description: `Methods it may go with (default: ${httpMethods.join(",")})`,
    },
    description: { type: "string", valueHint: "text", description: "What it is for" },
    ...globalArgs,
  },
  async run({ args: given }) {
    const { client, terminal } = connect(given);
    const wanted = wantedCredential(given);
    const secret = await readSecret(terminal, `The secret of ${given.name}`);
    const credential = await client.credentials.set(given.name, { ...wanted, secret });
    if (terminal.json) terminal.document(credential);
    else terminal.print(credentialText(credential, terminal));
    if (credential.test?.ok === false) {
      terminal.note(
        `It is kept, but ${credential.provider} has not taken it. Try again: flotilla credentials test ${credential.name}`,
      );
    }
  },
});

interface Given {
  kind?: string | undefined;
  provider?: string | undefined;
  hosts?: string | undefined;
  headers?: string | undefined;
  login?: boolean | undefined;
  query?: string | undefined;
  methods?: string | undefined;
  description?: string | undefined;
}

function wantedCredential(given: Given): CredentialSet {
  const { provider } = given;
  const kind = (given.kind ?? (provider === undefined ? "header" : "provider")) as CredentialKind;
  const hosts = listOption(given.hosts);
  if (kind === "provider" && provider === undefined) throw new UsageError("Say the --provider.");
  if (kind !== "provider" && hosts.length === 0) throw new UsageError("Say the --hosts.");
  const query = listOption(given.query);
  const headers = listOption(given.headers);
  const usual = query.length === 0 && !given.login ? ["authorization"] : [];
  const methods = listOption(given.methods).map(methodOf);
  const binding = {
    hosts,
    headers: headers.length > 0 ? headers : usual,
    query,
    ...(given.login && { login: true as const }),
    ...(methods.length > 0 && { methods }),
  };
  return {
    kind,
    ...(provider !== undefined && { provider }),
    ...(hosts.length > 0 && { binding }),
    ...(given.description !== undefined && { description: given.description }),
  };
}

function methodOf(word: string): (typeof httpMethods)[number] {
  const method = httpMethods.find((one) => one === word.toUpperCase());
  if (method) return method;
  throw new UsageError(`"${word}" is none of ${httpMethods.join(", ")}.`);
}

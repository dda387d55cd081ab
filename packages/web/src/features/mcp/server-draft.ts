import { mcpServerSpecSchema, type McpServer, type McpServerSpec } from "@flotilla/core";

/** A server as somebody writes it down: lists are lines. */
export interface ServerDraft {
  name: string;
  kind: "http" | "stdio";
  url: string;
  /** `name: value` */
  headers: string;
  clientId: string;
  credential: string;
  signs: string;
  asClient: boolean;
  scope: string;
  idp: string;
  idpClientId: string;
  idpCredential: string;
  identity: string;
  command: string;
  args: string;
  /** `NAME=value` */
  env: string;
  readable: string;
  tools: string[];
  sampling: boolean;
  timeoutSeconds: number;
}

export const newServer: ServerDraft = {
  ...{ name: "", kind: "http", url: "", headers: "", command: "", args: "", env: "", readable: "" },
  ...{ clientId: "", credential: "", signs: "", asClient: false, scope: "" },
  ...{ idp: "", idpClientId: "", idpCredential: "", identity: "" },
  ...{ tools: ["*"], sampling: false, timeoutSeconds: 60 },
};

export function draftOf(server: McpServer): ServerDraft {
  const { name, transport, tools, sampling, timeoutSeconds } = server;
  const common = { ...newServer, name, kind: transport.kind, tools, sampling, timeoutSeconds };
  if (transport.kind === "http") {
    const { as, clientId = "", credential = "", signs = "", scope = "" } = transport.oauth ?? {};
    const identity = transport.oauth?.identity;
    const oauth = {
      ...{ clientId, credential, signs, scope, asClient: as === "client" },
      ...{ idp: identity?.issuer ?? "", idpClientId: identity?.clientId ?? "" },
      ...{ idpCredential: identity?.credential ?? "", identity: identity?.token ?? "" },
    };
    return { ...common, ...oauth, url: transport.url, headers: pairLines(transport.headers, ": ") };
  }
  const { command, args, env, readable } = transport;
  return {
    ...common,
    command,
    args: args.join("\n"),
    env: pairLines(env, "="),
    readable: readable.join("\n"),
  };
}

/** What a draft comes to, or what is wrong with it by the draft's field. */
export type Read = { spec: McpServerSpec } | { problems: Record<string, string> };

/** `server`: the one that is changed; what the form has no field for stays as it was. */
export function readDraft(draft: ServerDraft, server?: McpServer): Read {
  const { tools, sampling, timeoutSeconds } = draft;
  const read = mcpServerSpecSchema.safeParse({
    name: draft.name.trim(),
    transport: transportOf(draft),
    ...{ tools, sampling, timeoutSeconds, risks: server?.risks ?? {} },
  });
  if (read.success) return { spec: read.data };
  const problems: Record<string, string> = {};
  for (const { path, message } of read.error.issues) {
    const [first, second, third] = path.map(String);
    const within = second === "oauth" ? oauthField(third, path.map(String)[3]) : second;
    problems[(first === "transport" ? within : first) ?? "name"] ??= message;
  }
  return { problems };
}

/** The form's field of a part of `oauth`. */
function oauthField(part = "clientId", ofIdentity?: string): string {
  if (part !== "identity") return part;
  const fields: Record<string, string> = {
    ...{ clientId: "idpClientId", credential: "idpCredential", token: "identity" },
  };
  return fields[ofIdentity ?? ""] ?? "idp";
}

function transportOf(draft: ServerDraft): object {
  if (draft.kind === "stdio") {
    const { kind, command } = draft;
    const [args, readable] = [linesOf(draft.args), linesOf(draft.readable)];
    return { kind, command: command.trim(), args, readable, env: pairsOf(draft.env, "=") };
  }
  const headers = Object.entries(pairsOf(draft.headers, ":")).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ]);
  const common = { kind: draft.kind, url: draft.url.trim(), headers: Object.fromEntries(headers) };
  return { ...common, ...oauthOf(draft) };
}

/** How the platform signs in, where something of that is said. */
function oauthOf({ asClient, ...draft }: ServerDraft): object {
  const [clientId, credential] = [draft.clientId.trim(), draft.credential.trim()];
  const oauth = {
    ...(asClient && { as: "client" }),
    ...(clientId && { clientId }),
    ...(credential && { credential }),
    ...(draft.signs && { signs: draft.signs }),
    ...(draft.scope.trim() && { scope: draft.scope.trim() }),
    ...(asClient && identityOf(draft)),
  };
  return Object.keys(oauth).length > 0 ? { oauth } : {};
}

/** Whom the client acts for, where something of that is said. */
function identityOf(draft: Omit<ServerDraft, "asClient">): object {
  const [issuer, clientId] = [draft.idp.trim(), draft.idpClientId.trim()];
  const [credential, token] = [draft.idpCredential.trim(), draft.identity.trim()];
  if (![issuer, clientId, credential, token].some(Boolean)) return {};
  return { identity: { issuer, clientId, token, ...(credential && { credential }) } };
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** A line without the sign is a name without a value, so that the name is what is complained of. */
function pairsOf(text: string, sign: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const at = line.indexOf(sign);
      if (at < 0) return [line, ""];
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

function pairLines(pairs: Record<string, string>, sign: string): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}${sign}${value}`)
    .join("\n");
}

import { mcpServerSpecSchema, type McpServer, type McpServerSpec } from "@flotilla/core";

/** A server as somebody writes it down: lists are lines. */
export interface ServerDraft {
  name: string;
  kind: "http" | "stdio";
  url: string;
  /** `name: value` */
  headers: string;
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
  ...{ tools: ["*"], sampling: false, timeoutSeconds: 60 },
};

export function draftOf(server: McpServer): ServerDraft {
  const { name, transport, tools, sampling, timeoutSeconds } = server;
  const common = { ...newServer, name, kind: transport.kind, tools, sampling, timeoutSeconds };
  if (transport.kind === "http") {
    return { ...common, url: transport.url, headers: pairLines(transport.headers, ": ") };
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
    const [first, second] = path.map(String);
    problems[(first === "transport" ? second : first) ?? "name"] ??= message;
  }
  return { problems };
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
  return { kind: draft.kind, url: draft.url.trim(), headers: Object.fromEntries(headers) };
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

import type { McpToolItem } from "@flotilla/api";
import type { McpServer } from "@flotilla/core";
import type { Style, Terminal } from "../terminal.ts";
import { counted } from "./number.ts";
import type { Column } from "./table.ts";
import { ago } from "./time.ts";

const stateStyles: Record<McpServer["state"] | McpToolItem["state"], Style> = {
  ...{ active: "green", approved: "green", changed: "yellow", pending: "yellow", new: "yellow" },
  ...{ disabled: "dim", gone: "dim", needs_sign_in: "yellow" },
};

export function serverColumns({ paint }: Terminal): Column<McpServer>[] {
  return [
    { title: "NAME", value: ({ name }) => name },
    { title: "STATE", value: ({ state }) => paint(stateStyles[state], state.replaceAll("_", " ")) },
    { title: "TOOLS", value: ({ approvedTools }) => String(approvedTools) },
    { title: "WAITING", value: ({ waitingTools }) => String(waitingTools) },
    { title: "REACHED AS", value: transportText },
    { title: "SEEN", value: ({ seenAt }) => (seenAt === null ? "never" : ago(seenAt)) },
  ];
}

/** A server in a few lines. */
export function serverText(server: McpServer, { paint }: Terminal): string {
  const { name, state, about, error, waitingTools, approvedTools, hash } = server;
  const lines = [
    `${paint("bold", name)}  ${paint(stateStyles[state], state.replaceAll("_", " "))}`,
    `reached as: ${transportText(server)}`,
    `hash: ${hash}`,
    ...(about ? [`it is: ${about.name} ${about.version}, protocol ${about.protocol}`] : []),
    `tools: ${approvedTools} approved, ${waitingTools} waiting`,
    ...signInLines(server),
    ...(server.sampling ? ["it may ask models"] : []),
    ...(error === null ? [] : [paint("red", error)]),
  ];
  return lines.join("\n");
}

function signInLines({ name, signIn }: McpServer): string[] {
  if (!signIn) return [];
  const { needed, by, at, issuer, scope } = signIn;
  const known = at !== null && by !== null;
  return [
    ...(known
      ? [`signed in: by ${by}, ${ago(at)}, at ${issuer}${scope ? ` for ${scope}` : ""}`]
      : []),
    ...(needed === null ? [] : [`needs a sign-in: ${needed} flotilla mcp connect ${name}`]),
  ];
}

export function transportText({ transport }: Pick<McpServer, "transport">): string {
  if (transport.kind === "http") {
    const headers = Object.keys(transport.headers);
    const { oauth } = transport;
    const sent = headers.length > 0 ? ` with ${headers.join(", ")}` : "";
    const client =
      oauth?.clientId === undefined ? "" : `, signing in as the client ${oauth.clientId}`;
    const { token, issuer } = oauth?.identity ?? {};
    const person = token === undefined ? "" : ` for whom ${token} names at ${issuer}`;
    return transport.url + sent + client + person;
  }
  const { command, args, env, readable } = transport;
  const words = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), command];
  const read = readable.length > 0 ? `, reading ${readable.join(", ")}` : "";
  return [...words, ...args].map(quoted).join(" ") + read;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}

export function toolColumns({ paint }: Terminal): Column<McpToolItem>[] {
  return [
    { title: "TOOL", value: ({ tool }) => tool },
    { title: "CALLED", value: ({ name }) => name },
    { title: "STATE", value: ({ state }) => paint(stateStyles[state], state) },
    {
      title: "RISK",
      value: ({ risk, riskBy }) => (riskBy === "server" ? `${risk}, it says` : risk),
    },
    { title: "HIDDEN", value: ({ hidden }) => (hidden.length > 0 ? String(hidden.length) : "") },
  ];
}

/** A tool with all that is to be read before it is approved. */
export function toolText(tool: McpToolItem, { paint }: Terminal): string {
  const { name, state, risk, text, diff, hidden, hash } = tool;
  const head = `${paint("bold", name)}  ${paint(stateStyles[state], state)}  ${risk}`;
  const shown = diff?.map(({ change, text: line }) => {
    if (change === "same") return `  ${line}`;
    return change === "added" ? paint("green", `+ ${line}`) : paint("red", `- ${line}`);
  }) ?? [text];
  const found = hidden.map(({ path, character, what }) =>
    paint("yellow", `hidden: ${character} at ${path || "/"}, which ${what}`),
  );
  const more = hidden.length > 0 ? [counted(hidden.length, "hidden character")] : [];
  return [head, ...(hash === null ? [] : [`hash: ${hash}`]), ...shown, ...found, ...more].join(
    "\n",
  );
}

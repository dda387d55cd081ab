import type { StreamCommand } from "@flotilla/api";
import type { ServerEnv } from "../app-parts.ts";
import type { SocketClient } from "./stream-socket.ts";

/** Handles a request as if it had come over HTTP. */
export type Dispatch = (
  request: Request,
  env: ServerEnv["Bindings"],
) => Response | Promise<Response>;

/** What of the request that opened the connection says who asks, from where, and for whom. */
const passedOn = [
  "host",
  "origin",
  "cookie",
  "authorization",
  "user-agent",
  "x-forwarded-for",
  "forwarded",
  "flotilla-organisation",
  "flotilla-environment",
];

/**
 * Does a command as the request it stands for: there is one way to do a thing, with one validation, one
 * check of what the caller may, and one line in each log.
 */
export async function sendCommand(
  dispatch: Dispatch,
  { headers: opened, env }: Pick<SocketClient, "headers" | "env">,
  command: StreamCommand,
): Promise<Response> {
  const headers = new Headers();
  for (const name of passedOn) {
    const value = opened.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (command.idempotencyKey !== undefined) {
    headers.set("idempotency-key", command.idempotencyKey);
  }
  const url = `http://${opened.get("host") ?? "localhost"}/api/v1${pathOf(command)}`;
  if (command.type === "retry" || command.type === "resume_run") {
    return dispatch(new Request(url, { method: "POST", headers }), env);
  }
  const body = JSON.stringify(command.body ?? {});
  // As a request over the wire has them: what it says is checked like one.
  headers.set("content-type", "application/json");
  headers.set("content-length", String(Buffer.byteLength(body)));
  return dispatch(new Request(url, { method: "POST", headers, body }), env);
}

function pathOf(command: StreamCommand): string {
  switch (command.type) {
    case "start":
      return "/runs";
    case "message":
      return `/threads/${command.threadId}/messages`;
    case "cancel":
      return `/runs/${command.runId}/cancel`;
    case "retry":
      return `/runs/${command.runId}/retry`;
    case "pause":
      return `/runs/${command.runId}/pause`;
    case "resume_run":
      return `/runs/${command.runId}/resume`;
    case "say":
      return `/runs/${command.runId}/messages`;
    case "write":
      return `/runs/${command.runId}/turns`;
    case "perform":
      return `/runs/${command.runId}/calls/${command.callId}`;
    case "answer":
      return `/runs/${command.runId}/interrupts/${encodeURIComponent(command.interruptId)}/answer`;
  }
}

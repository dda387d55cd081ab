import type { StreamCommand } from "@flotilla/api";
import { sendOwn, type Dispatch, type OwnRequest } from "../http/own-request.ts";
import type { SocketClient } from "./stream-socket.ts";

/** Does a command as the request it stands for. */
export async function sendCommand(
  dispatch: Dispatch,
  by: Pick<SocketClient, "headers" | "env">,
  command: StreamCommand,
): Promise<Response> {
  return sendOwn(dispatch, by, requestOf(command));
}

function requestOf(command: StreamCommand): OwnRequest {
  const { idempotencyKey } = command;
  const path = pathOf(command);
  if (command.type === "retry" || command.type === "resume_run") {
    return { method: "POST", path, idempotencyKey };
  }
  return { method: "POST", path, body: command.body ?? {}, idempotencyKey };
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

import type { SimulatedRequest } from "./brain.ts";
import type { Fault } from "./fault.ts";
import type { Reply } from "./format.ts";

type Calls = Reply["calls"];

/** A reply with what the fault makes of it; faults of the wire leave it as it is. */
export function faultyReply(
  reply: Reply,
  fault: Fault | undefined,
  asked: SimulatedRequest,
): Reply {
  switch (fault?.kind) {
    case "bad_arguments": {
      const finish = fault.finish ?? reply.finish;
      return { ...reply, finish, calls: reply.calls.map(withHalfItsArguments) };
    }
    case "finish":
      return { ...reply, finish: fault.finish };
    case "call_ids":
      return { ...reply, calls: withIds(reply.calls, fault.ids, asked) };
    case "unknown_tool":
      return { ...reply, calls: reply.calls.map((call) => ({ ...call, tool: fault.tool })) };
    case "refusal":
      return { ...reply, text: "", refusal: fault.message, calls: [], finish: "stop" };
    default:
      return reply;
  }
}

function withHalfItsArguments(call: Calls[number]): Calls[number] {
  return { ...call, arguments: call.arguments.slice(0, Math.ceil(call.arguments.length / 2)) };
}

function withIds(
  calls: Calls,
  ids: "duplicate" | "missing" | "reused",
  asked: SimulatedRequest,
): Calls {
  const before = asked.messages.flatMap((message) =>
    message.role === "assistant" ? message.calls.map(({ id }) => id) : [],
  );
  return calls.map((call, index) => {
    switch (ids) {
      case "missing":
        return { ...call, id: "" };
      case "duplicate":
        return { ...call, id: calls[0]?.id ?? call.id };
      case "reused":
        return { ...call, id: before[index] ?? call.id };
    }
  });
}

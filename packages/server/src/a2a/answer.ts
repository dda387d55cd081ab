import { RequestMalformedError } from "@a2a-js/sdk/errors";
import type { Interrupt } from "@flotilla/api";
import type { Json, JsonObject } from "@flotilla/core";
import type { Said } from "./parts.ts";

/**
 * What a message answers, and to which of the interrupts. A text is the reply to a question. Everything else is
 * said as data, an answer of the API: `{"action": "approve", "hash": …}`, with the `interruptId` where several are
 * open. An approval names the hash of what it was shown. Throws `RequestMalformedError`.
 */
export function answerOf(
  asks: readonly Interrupt[],
  { text, data }: Said,
): { interrupt: Interrupt; body: JsonObject } {
  const [given] = data;
  const { interruptId, ...body } = given ?? {};
  const interrupt =
    interruptId === undefined
      ? asks.length === 1
        ? asks[0]
        : undefined
      : asks.find((one) => one.interruptId === interruptId);
  if (!interrupt) {
    const ids = asks.map((one) => one.interruptId).join(", ");
    throw new RequestMalformedError(`Say which is answered, with interruptId: one of ${ids}.`);
  }
  if (given && body["action"] !== undefined) return { interrupt, body };
  if (interrupt.kind !== "question") {
    const actions = interrupt.actions.join(", ");
    throw new RequestMalformedError(
      `A ${interrupt.kind} is answered with data: {"action": …} of ${actions}; to approve, with the hash that was shown.`,
    );
  }
  return { interrupt, body: { action: "reply", value: replyOf(interrupt, text, given) } };
}

function replyOf({ form }: Interrupt, text: string, data: JsonObject | undefined): Json {
  if (form?.kind === "schema") return data ?? parsed(text);
  if (form?.kind === "choice" && form.multiple) return parsed(text);
  return text;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

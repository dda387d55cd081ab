import type { IncomingMessage, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { z } from "zod";
import type { Bill } from "./bill.ts";
import { controlSchema, type Control } from "./control.ts";
import { sendJson } from "./send-json.ts";
import type { Tally } from "./tally.ts";

/** The parts of a simulator that its operator looks at and turns. */
interface Operated {
  tally: Tally;
  bill: Bill;
  control: Control;
  batches: { catchUp(): Promise<void> };
}

/**
 * What is below `/simulator`: the door of the one who runs the simulator, open to this
 * host only. `GET state` tells what was seen, `GET bill` what it costs; `POST control` breaks and mends models.
 */
export async function answerOperator(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { tally, bill, control, batches }: Operated,
): Promise<void> {
  const asked = `${request.method} ${path.slice("/simulator/".length)}`;
  if (!isLoopback(request.socket.remoteAddress)) {
    return sendJson(response, 403, { error: { message: "Ask from the simulator's own host." } });
  }
  switch (asked) {
    case "GET state":
      return sendJson(response, 200, tally.state());
    case "GET bill":
      await batches.catchUp();
      return sendJson(response, 200, bill.state());
    case "POST control": {
      const change = controlSchema.safeParse(parsed(await readText(request)));
      if (!change.success) {
        const message = z.prettifyError(change.error);
        return sendJson(response, 400, { error: { message } });
      }
      control.change(change.data);
      return sendJson(response, 200, { ok: true });
    }
    default:
      return sendJson(response, 404, { error: { message: `There is no ${asked}.` } });
  }
}

function isLoopback(address: string | undefined): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address ?? "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

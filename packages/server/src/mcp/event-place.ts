import type { RequestId } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Place } from "./call.ts";

/**
 * Where a client goes on whose stream has broken off, as the id of an event. `run`: in the journal of a run, by any
 * server. `log`: in what a server holds in its memory, by that one.
 */
export type EventPlace =
  | { kind: "run"; place: Place; requestId: RequestId; progressToken: RequestId | undefined }
  | { kind: "log"; log: string; index: number };

const runShape = /^r\.(run_[0-9a-z]{26})\.(\d{1,10})\.([A-Za-z0-9_-]{1,1000})$/;
const logShape = /^s\.([0-9a-f-]{36})\.(\d{1,9})$/;
const askedSchema = z.tuple([
  z.union([z.string().max(500), z.number()]),
  z.union([z.string().max(500), z.number(), z.null()]),
]);

export function eventId(at: EventPlace): string {
  if (at.kind === "log") return `s.${at.log}.${at.index}`;
  const asked = JSON.stringify([at.requestId, at.progressToken ?? null]);
  return `r.${at.place.runId}.${at.place.seq}.${Buffer.from(asked).toString("base64url")}`;
}

/** Undefined for what is no id of ours. */
export function eventPlace(id: string): EventPlace | undefined {
  const [, log, index] = logShape.exec(id) ?? [];
  if (log !== undefined) return { kind: "log", log, index: Number(index) };
  const [, runId, seq, text = ""] = runShape.exec(id) ?? [];
  if (runId === undefined) return undefined;
  const asked = askedSchema.safeParse(jsonOf(text)).data;
  if (!asked) return undefined;
  const [requestId, token] = asked;
  const place = { runId, seq: Number(seq) };
  return { kind: "run", place, requestId, progressToken: token ?? undefined };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return undefined;
  }
}

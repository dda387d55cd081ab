import { FlotillaError, type ProviderBatchState } from "@flotilla/core";
import type { BatchPlace } from "./batch-http.ts";

/** A call as it is sent: its request body is JSON already. */
export interface SentCall {
  customId: string;
  body: string;
}

/** What the provider says of one call: an answer with its status, or that there will be none. */
export interface ReceivedCall {
  /** As the provider knows it; see `BatchApi.wireId`. */
  wireId: string;
  answer: { status: number; body: string } | "expired";
}

/** One provider's batch endpoints. All throw WireFailures and FlotillaErrors. */
export interface BatchApi {
  /** @param endpoint the path below `/v1` that each call is for: `/chat/completions` */
  submit(place: BatchPlace, key: string, endpoint: string, calls: SentCall[]): Promise<string>;
  /** @param known ids that are those of other batches; undefined when nothing is known of them */
  find(place: BatchPlace, key: string, known?: readonly string[]): Promise<string | undefined>;
  poll(place: BatchPlace, id: string): Promise<ProviderBatchState>;
  results(place: BatchPlace, id: string, maxBytes: number): AsyncIterable<ReceivedCall>;
  cancel(place: BatchPlace, id: string): Promise<void>;
  /** The id by which the provider knows a call, as far as it can be told without the batch's key. */
  wireId(customId: string): string;
}

/**
 * The parts of a file of calls, in pieces. Throws `too_large` when the provider would refuse
 * it for its size.
 */
export function piecesOfCalls(
  calls: readonly SentCall[],
  pieceOf: (call: SentCall, index: number) => string,
  most: { calls: number; megabytes: number },
): Buffer[] {
  const pieces: Buffer[] = [];
  let left = most.megabytes * 1024 * 1024;
  for (const [index, call] of calls.entries()) {
    const piece = Buffer.from(pieceOf(call, index));
    left -= piece.byteLength;
    pieces.push(piece);
    if (left >= 0 && index < most.calls) continue;
    const message = `A batch of this provider holds at most ${most.calls} calls and ${most.megabytes} MB.`;
    throw new FlotillaError("too_large", message);
  }
  return pieces;
}

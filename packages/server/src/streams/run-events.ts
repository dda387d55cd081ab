import type { Event } from "@flotilla/core";
import type { Follow } from "./message-sink.ts";

/**
 * The events of a run that is followed, as they come, until it has ended. Whoever stops taking them ends
 * the following; as long as he takes none, no more are read.
 */
export async function* runEvents(follow: Follow, signal: AbortSignal): AsyncGenerator<Event> {
  const left = new AbortController();
  const { readable, writable } = new TransformStream<Event[], Event[]>();
  const writer = writable.getWriter();
  const following = follow({
    signal: AbortSignal.any([signal, left.signal]),
    turn: (work) => work(),
    async send(messages) {
      const events = messages.flatMap((one) => (one.type === "event" ? [one.data] : []));
      if (events.length > 0) await writer.write(events);
    },
  });
  following.then(
    () => writer.close().catch(() => undefined),
    (error: unknown) => writer.abort(error).catch(() => undefined),
  );
  try {
    for await (const events of readable) yield* events;
  } finally {
    left.abort();
  }
}

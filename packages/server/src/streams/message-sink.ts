import type { StreamMessage } from "@flotilla/api";

/** A client that follows something, by server-sent events or over a WebSocket. */
export interface MessageSink {
  /** Aborted once the client is gone, does not want it any more, or the server closes. */
  signal: AbortSignal;
  /**
   * Does a piece of work that reads and then sends, once the client has room for it. So what is read
   * for a slow client is little, however much it follows.
   */
  turn<T>(work: () => Promise<T>): Promise<T>;
  /** Sends; resolves when the connection has taken it. After an abort it does nothing. */
  send(messages: readonly StreamMessage[]): Promise<void>;
}

/** Sends what there is to follow, after the cursor it was made with, until nothing more will come. */
export type Follow = (sink: MessageSink) => Promise<void>;

/** What somebody follows. */
export interface Opened {
  follow: Follow;
  /** By what name access rules know it: asked for again and again while it is followed. */
  resource?: string;
}

/** Tells the client that nothing more will come. */
export const endMessage: StreamMessage = { type: "end", data: {} };

import type { JSONRPCMessage } from "@modelcontextprotocol/server";

/** A message on its way to a client, or only the place that it goes on after. */
export interface Frame {
  id: string;
  message: JSONRPCMessage | undefined;
}

/** What is sent to a client on one stream: written by the server, taken by whoever holds the stream, again after a break. */
export class MessageLog {
  readonly id = crypto.randomUUID();
  readonly #frames: Frame[] = [];
  readonly #end = Promise.withResolvers<void>();
  #isEnded = false;
  #cuts = 0;
  #waiting = new Set<() => void>();

  /** @param idOf the id of a frame, from its index */
  push(idOf: (index: number) => string, message: JSONRPCMessage | undefined): void {
    if (this.#isEnded) return;
    this.#frames.push({ id: idOf(this.#frames.length), message });
    this.#wake();
  }

  /** Nothing more is written. */
  get ended(): Promise<void> {
    return this.#end.promise;
  }

  end(): void {
    this.#isEnded = true;
    this.#end.resolve();
    this.#wake();
  }

  /** Ends the streams that take it now; the client comes back for the rest. */
  cut(): void {
    this.#cuts += 1;
    this.#wake();
  }

  /** How often it was cut. */
  get cuts(): number {
    return this.#cuts;
  }

  /**
   * What was written from that index on, as it comes, until the log is ended or cut.
   *
   * @param cuts those that the reader knows of; default: all
   */
  async *from(index: number, signal: AbortSignal, cuts = this.#cuts): AsyncGenerator<Frame> {
    for (let next = index; !signal.aborted;) {
      const frame = this.#frames[next];
      if (frame) {
        next += 1;
        yield frame;
      } else if (this.#isEnded || this.#cuts > cuts) return;
      else await this.#more(signal);
    }
  }

  async #more(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}

/** Frames as server-sent events. */
export function sseFrame({ id, message }: Frame, retryMs?: number): string {
  const retry = retryMs === undefined ? "" : `retry: ${retryMs}\n`;
  const data = message === undefined ? "" : JSON.stringify(message);
  return `id: ${id}\n${retry}${message === undefined ? "" : "event: message\n"}data: ${data}\n\n`;
}

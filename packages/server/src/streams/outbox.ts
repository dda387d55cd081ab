import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** Works at once for one client; what they have read and not sent yet is all that is held for it. */
const turnsAtOnce = 4;
/** Answers to its commands may pile up this far, in bytes. */
const mostBuffered = 1024 * 1024;

/**
 * What goes out to one WebSocket. Whoever sends waits until the kernel has taken it, and few may read
 * and send at the same time: so a client that takes nothing costs the same memory, whatever it
 * follows and however long.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #connection: Duplex;
  readonly #waiting: (() => void)[] = [];
  #turns = 0;
  #unsent = 0;
  /** Since when something waits to be taken, in milliseconds; undefined while nothing does. */
  #since: number | undefined;

  constructor(socket: WebSocket, connection: Duplex) {
    this.#socket = socket;
    this.#connection = connection;
  }

  /** How long the client has taken nothing although there was something, in milliseconds. */
  stalledMs(now: number): number {
    return this.#since === undefined ? 0 : now - this.#since;
  }

  /** Answers have piled up; more may not be asked for. */
  get overfull(): boolean {
    return this.#socket.bufferedAmount > mostBuffered;
  }

  /** Resolves when the connection has taken them, or is gone. */
  async send(texts: readonly string[]): Promise<void> {
    if (texts.length === 0) return;
    await new Promise<void>((resolve) => {
      // One system call for all of them.
      this.#connection.cork();
      texts.forEach((text, index) => this.#push(text, index === texts.length - 1 && resolve));
      this.#connection.uncork();
    });
  }

  /** Sends without waiting: for answers, of which there are no more than the client asks for. */
  post(text: string): void {
    this.#push(text, false);
  }

  async turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#turns >= turnsAtOnce) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#turns += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#turns -= 1;
    }
  }

  #push(text: string, sent: (() => void) | false): void {
    this.#since ??= performance.now();
    this.#unsent += 1;
    this.#socket.send(text, { compress: false }, () => {
      this.#unsent -= 1;
      // Each one that is taken is progress.
      this.#since = this.#unsent === 0 ? undefined : performance.now();
      if (sent) sent();
    });
  }
}

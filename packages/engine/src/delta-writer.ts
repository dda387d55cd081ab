import type { EventData, PieceRedactor, RedactPort } from "@flotilla/core";

const coalesceMs = 100;

/**
 * Partial text of one attempt on its way into the journal: the first piece at once, then at
 * most one event per 100 ms and never two appends under way. Text that comes before anybody
 * watches is kept and goes with the first event. A known secret does not pass, however it is cut.
 */
export class DeltaWriter {
  readonly #append: (event: EventData) => Promise<void>;
  readonly #watched: () => boolean;
  readonly #base: { step: number; attempt: number };
  readonly #pieces: Record<"text" | "reasoning", PieceRedactor>;
  #text = "";
  #reasoning = "";
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #ended = false;
  /** Whether any delta was written. */
  written = false;

  constructor(
    base: { step: number; attempt: number },
    watched: () => boolean,
    append: (event: EventData) => Promise<void>,
    redact: RedactPort,
  ) {
    this.#pieces = { text: redact.pieces(), reasoning: redact.pieces() };
    this.#base = base;
    this.#watched = watched;
    this.#append = append;
  }

  push(kind: "text" | "reasoning", text: string): void {
    const shown = this.#pieces[kind].push(text);
    if (kind === "text") this.#text += shown;
    else this.#reasoning += shown;
    if (!this.#busy && !this.#timer && this.#watched()) this.#write();
  }

  /** The attempt is over: what is not written yet is dropped. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #write(): void {
    if (this.#ended || (!this.#text && !this.#reasoning)) return;
    const event: EventData = {
      type: "step.delta",
      ...this.#base,
      ...(this.#text && { text: this.#text }),
      ...(this.#reasoning && { reasoning: this.#reasoning }),
    };
    this.#text = "";
    this.#reasoning = "";
    this.#busy = true;
    this.written = true;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#busy) this.#write();
    }, coalesceMs);
    this.#append(event).then(
      () => {
        this.#busy = false;
        if (!this.#timer) this.#write();
      },
      // A refused append ends the segment where it commits next.
      () => this.end(),
    );
  }
}

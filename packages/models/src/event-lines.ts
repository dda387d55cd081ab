/** What is known of one API's streams of events. */
export interface StreamRules {
  /** The line by which the last event of a whole stream is known. */
  last: RegExp;
  /** Whether that line is the whole event; otherwise the event goes on to the next empty line. */
  lastIsOneLine?: boolean;
  /** Whether a stream without it is cut; otherwise the provider's package judges that. */
  lastIsRequired?: boolean;
  /** Corrects lines that the provider's package would refuse. Given and taken as latin1. */
  mend?(lines: string): string;
}

const newline = 10;

/**
 * The bytes of one stream of events, line by line: a line is passed on once it is whole, so
 * that no character, event or end marker is ever seen in halves. It holds back only what a
 * parser of events could not use yet.
 */
export class EventLines {
  readonly #rules: StreamRules;
  #held: Buffer[] = [];
  #lastBegan = false;
  #ended = false;

  constructor(rules: StreamRules) {
    this.#rules = rules;
  }

  /** The last event has come whole; nothing after it counts. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether a stream whose body ends now is cut. */
  get isCut(): boolean {
    return this.#rules.lastIsRequired === true && !this.#lastBegan;
  }

  /** Takes what came next; returns the lines that are whole now. */
  take(chunk: Buffer): Buffer | undefined {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0) {
      this.#held.push(chunk);
      return undefined;
    }
    const whole = chunk.subarray(0, end);
    const lines = this.#held.length > 0 ? Buffer.concat([...this.#held, whole]) : whole;
    this.#held = end < chunk.length ? [chunk.subarray(end)] : [];
    return this.#judged(lines);
  }

  /** What is left when the body has ended. */
  rest(): Buffer | undefined {
    const left = Buffer.concat(this.#held);
    this.#held = [];
    return left.length > 0 ? this.#judged(left) : undefined;
  }

  #judged(lines: Buffer): Buffer {
    const text = lines.toString("latin1");
    const end = this.#endIn(text);
    this.#ended = end !== undefined;
    const passed = text.slice(0, end);
    const mended = this.#rules.mend?.(passed) ?? passed;
    return mended === text ? lines : Buffer.from(mended, "latin1");
  }

  /** Where in these lines the last event ends. */
  #endIn(text: string): number | undefined {
    let from = 0;
    if (!this.#lastBegan) {
      from = text.search(this.#rules.last);
      if (from < 0) return undefined;
      this.#lastBegan = true;
    }
    const end = this.#rules.lastIsOneLine ? /\n/g : /(?:^|\n)\r?\n/g;
    end.lastIndex = from;
    return end.test(text) ? end.lastIndex : undefined;
  }
}

export type WireFailureKind =
  /** Answered, with a status that is not 2xx. */
  | "status"
  /** Answered 2xx with something that is not a stream of events. */
  | "not_a_stream"
  /** Answered 2xx with something that is not JSON, where that is expected. */
  | "not_json"
  /** No answer: the connection could not be made, or broke before the headers. */
  | "no_answer"
  /** The stream ended before it was whole. */
  | "cut"
  /** The answer is larger than the wire takes. */
  | "too_large";

/** What is wrong with an answer, or that there is none. */
export class WireFailure extends Error {
  readonly kind: WireFailureKind;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly headers: Record<string, string>;
  /** At most the first 64 KiB; empty for streams. */
  readonly body: string;

  constructor(
    kind: WireFailureKind,
    message: string,
    answer: { status?: number; headers?: Record<string, string>; body?: string } = {},
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "WireFailure";
    this.kind = kind;
    this.status = answer.status ?? 0;
    this.headers = answer.headers ?? {};
    this.body = answer.body ?? "";
  }
}

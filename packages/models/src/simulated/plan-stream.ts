import type { Fault } from "./fault.ts";
import type { Delta, Format, Frames } from "./format.ts";

/** How a stream ends after its events. */
export type Ending =
  | "end"
  | "stall"
  | "reset"
  /** Again and again, for ever. */
  | { repeat: string; everyMs: number }
  /** As fast as it is read, until there are so many bytes; then a clean end. */
  | { flood: string; bytes: number; end: string };

/** What is written of a stream. */
export interface StreamPlan {
  /** Each with the tokens it waits for. */
  events: { event: string; tokens: number }[];
  ending: Ending;
  /** Whether the event that ends an answer is among them. */
  whole: boolean;
  /** All at once, in pieces that end inside characters. */
  fragmented?: true;
}

/** The events that are sent, and what happens then. */
export function planStream(frames: Frames, format: Format, fault: Fault | undefined): StreamPlan {
  const { open, deltas, close, terminal } = frames;
  const at = placeOf(fault, deltas);
  const first = { event: open, tokens: 0 };
  const last = { event: close + terminal, tokens: 0 };
  const partial = [first, ...deltas.slice(0, at)];
  const all = [first, ...deltas, last];
  const part = (events: Delta[], ending: Ending = "end") => ({ events, ending, whole: false });
  const whole = (events: Delta[], ending: Ending = "end") => ({ events, ending, whole: true });
  switch (fault?.kind) {
    case "eof":
      return part(partial);
    case "stall":
    case "reset":
      return part(partial, fault.kind);
    case "keep_alive":
      return part(partial, { repeat: format.keepAlive, everyMs: fault.everyMs });
    case "no_terminal":
      return part([first, ...deltas, { event: close, tokens: 0 }]);
    case "open_socket":
      return whole(all, "stall");
    case "late_reset":
      return whole(all, "reset");
    case "malformed": {
      const broken = { event: 'data: {"id":"x","cho\n\n', tokens: 0 };
      if (fault.after === 0) return whole([broken, ...all]);
      return whole([...partial, broken, ...deltas.slice(at), last]);
    }
    case "error_event": {
      const error = { event: format.errorEvent(fault.code, fault.message), tokens: 0 };
      return part(fault.after === 0 ? [error] : [...partial, error]);
    }
    case "fragments":
      return { ...whole(all), fragmented: true };
    case "crlf":
      return whole(mapped(all, (text) => text.replaceAll("\n", "\r\n")));
    case "usage":
      return whole(mapped(all, (text) => miscounted(text, fault.counts)));
    case "endless": {
      const { before, piece } = repeatable(frames);
      return part([first, ...before], { repeat: piece, everyMs: fault.everyMs });
    }
    case "oversized": {
      const { before, piece, rest } = repeatable(frames);
      const end = [...rest, last].map(({ event }) => event).join("");
      return part([first, ...before], { flood: piece, bytes: fault.bytes, end });
    }
    default:
      return whole(all);
  }
}

/** The number of deltas that are sent before the fault. */
function placeOf(fault: Fault | undefined, deltas: Delta[]): number {
  if (fault && "within" in fault && fault.within === "arguments") {
    const places = deltas.flatMap((delta, index) => (delta.arguments ? [index] : []));
    const middle = places[Math.floor(places.length / 2)];
    if (middle !== undefined) return middle;
  }
  const after = fault && "after" in fault ? fault.after : undefined;
  return after ?? Math.floor(deltas.length / 2);
}

/** The first delta with content, which a stream may hold any number of times. */
function repeatable({ deltas, open }: Frames) {
  const at = Math.max(
    0,
    deltas.findIndex(({ tokens }) => tokens > 0),
  );
  const piece = deltas[at]?.event ?? open;
  return { before: deltas.slice(0, at + 1), piece, rest: deltas.slice(at + 1) };
}

function mapped(events: Delta[], change: (text: string) => string): Delta[] {
  return events.map((delta) => ({ ...delta, event: change(delta.event) }));
}

function miscounted(text: string, counts: "negative" | "huge" | "text" | "missing"): string {
  if (counts === "missing") {
    return text.replace(/,"usage":\{(?:[^{}]|\{[^{}]*\})*\}/g, "");
  }
  const count = { negative: "-7", huge: "1e+300", text: '"NaN"' }[counts];
  return text.replace(/("[a-z_]+_tokens":)\d+/g, `$1${count}`);
}

import { plain, type Terminal } from "../src/terminal.ts";

export interface CapturedTerminal extends Terminal {
  stdout: string;
  stderr: string;
}

/** A terminal that keeps what is written to it. */
export function captureTerminal(is: Partial<Terminal> = {}): CapturedTerminal {
  const captured: CapturedTerminal = {
    stdout: "",
    stderr: "",
    json: false,
    live: false,
    liveNotes: false,
    interactive: false,
    columns: Number.POSITIVE_INFINITY,
    paint: plain,
    paintNote: plain,
    write: (text) => void (captured.stdout += text),
    print: (line) => void (captured.stdout += `${line}\n`),
    document: (value) => void (captured.stdout += `${JSON.stringify(value)}\n`),
    writeNote: (text) => void (captured.stderr += text),
    note: (line) => void (captured.stderr += `${line}\n`),
    ...is,
  };
  return captured;
}

import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Text with a style, or as it is where colour is off. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Where a command writes: answers to stdout, everything about them to stderr. */
export interface Terminal {
  /** Answers as JSON: one document, or one per line for streams. */
  json: boolean;
  /** A person sees stdout. */
  live: boolean;
  /** A person sees stderr: bars may redraw themselves. */
  liveNotes: boolean;
  /** A person can be asked. */
  interactive: boolean;
  /** Of stdout; Infinity when it is no terminal, so that nothing is cut in files. */
  columns: number;
  paint: Paint;
  paintNote: Paint;
  /** To stdout as it is. */
  write(text: string): void;
  /** A line on stdout. */
  print(line: string): void;
  /** A JSON document on a line of stdout. */
  document(value: unknown): void;
  /** To stderr as it is. */
  writeNote(text: string): void;
  /** A line on stderr. */
  note(line: string): void;
}

export interface TerminalOptions {
  json?: boolean | undefined;
  /** False with --no-color. */
  color: boolean;
}

/** The process's own terminal. Colour needs a terminal that has it and no NO_COLOR. */
export function openTerminal({ json = false, color }: TerminalOptions): Terminal {
  const { stdin, stdout, stderr } = process;
  const painter = (stream: NodeJS.WriteStream) =>
    color && !process.env.NO_COLOR && stream.isTTY && stream.hasColors() ? coloured : plain;
  return {
    json,
    live: stdout.isTTY,
    liveNotes: stderr.isTTY,
    interactive: !json && stdin.isTTY && stdout.isTTY,
    columns: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
    paint: painter(stdout),
    paintNote: painter(stderr),
    write: (text) => void stdout.write(text),
    print: (line) => void stdout.write(`${line}\n`),
    document: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    writeNote: (text) => void stderr.write(text),
    note: (line) => void stderr.write(`${line}\n`),
  };
}

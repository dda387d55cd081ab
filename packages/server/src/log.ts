import type { Log } from "@flotilla/core";
import { correlation } from "@flotilla/engine";
import { destination, pino, type DestinationStream, type Logger } from "pino";
import pretty from "pino-pretty";
import type { Config } from "./config.ts";
import { RotatingFile } from "./log/rotating-file.ts";
import {
  logComponents,
  type FileSettings,
  type LogComponent,
  type LogLevel,
  type LogSettings,
} from "./log/settings.ts";

export interface LogOptions {
  /** Default: `info`, and `warn` on a terminal. */
  level?: LogLevel | undefined;
  levels?: LogSettings["levels"];
  /** JSON lines go there; otherwise to stderr. */
  file?: FileSettings;
  /** Fields of every line. */
  base: object;
}

/** The log of a process: one logger per component. */
export interface ProcessLog {
  of(component: LogComponent): Log;
  /** The levels that apply now, by component. */
  levels(): Record<LogComponent, LogLevel>;
  /** Levels set at run time, over those of the configuration. */
  setLevels(set: Partial<Record<LogComponent, LogLevel>>): void;
  /** Every line passes through it from now on, before it is written anywhere. */
  redactWith(redact: (text: string) => string): void;
  /** Writes what waits; nothing is logged to the file afterwards. */
  close(): Promise<void>;
}

/**
 * JSON lines on stderr or in a file, or readable ones where stderr is a terminal. Standard output stays
 * free for what commands answer. Every line has the ids of the request, run, step and trace that it
 * belongs to.
 */
export function openLog(options: LogOptions): ProcessLog {
  const terminal = process.stderr.isTTY;
  const base: LogLevel = options.level ?? (terminal ? "warn" : "info");
  const file = options.file && new RotatingFile(options.file, Date.now, tellTrouble);
  let redact: ((text: string) => string) | undefined;
  const out = streams(terminal, file);
  const write = (line: string) => {
    const text = redact ? redact(line) : line;
    for (const stream of out) stream.write(text);
  };
  const root = pino({ level: "debug", base: options.base, mixin }, { write });
  const configured = (component: LogComponent) => options.levels?.[component] ?? base;
  const loggers = new Map<LogComponent, Logger>(
    logComponents.map((component) => [
      component,
      root.child({ component }, { level: configured(component) }),
    ]),
  );
  return {
    of: (component) => loggers.get(component) as Logger,
    levels: () =>
      Object.fromEntries(
        [...loggers].map(([component, { level }]) => [component, level]),
      ) as Record<LogComponent, LogLevel>,
    setLevels(set) {
      for (const [component, logger] of loggers) {
        logger.level = set[component] ?? configured(component);
      }
    },
    redactWith: (by) => void (redact = by),
    close: async () => file?.close(),
  };
}

/** The log of a process as the configuration wants it. */
export function openProcessLog(
  { log: { file, levels, ...rest }, logLevel }: Config,
  role: "server" | "worker",
): ProcessLog {
  const base = { pid: process.pid, role };
  return openLog({ level: logLevel, levels, ...(file && { file: { ...rest, file } }), base });
}

/** Asked for each line that is written; what the caller says itself goes before it. */
function mixin(): object {
  return { ...correlation() };
}

function streams(terminal: boolean, file: RotatingFile | undefined): DestinationStream[] {
  const readable = terminal
    ? [pretty({ destination: 2, ignore: "hostname", translateTime: "HH:MM:ss.l" })]
    : [];
  if (file) return [...readable, file];
  return terminal ? readable : [destination({ dest: 2, sync: false })];
}

function tellTrouble(error: Error): void {
  process.stderr.write(`The log file cannot be written: ${error.message}\n`);
}

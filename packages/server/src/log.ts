import type { Log } from "@flotilla/core";
import { destination, pino } from "pino";
import pretty from "pino-pretty";

/**
 * The log of a process: JSON lines on stderr, or readable lines where stderr is a terminal.
 * Standard output stays free for what commands answer.
 *
 * @param level default: `info`, and `warn` on a terminal
 */
export function openLog(level: string | undefined, base: object): Log {
  const terminal = process.stderr.isTTY;
  const options = { level: level ?? (terminal ? "warn" : "info"), base };
  if (!terminal) return pino(options, destination({ dest: 2, sync: false }));
  return pino(options, pretty({ destination: 2, ignore: "hostname", translateTime: "HH:MM:ss.l" }));
}

import { text } from "node:stream/consumers";
import { isCancel, password } from "@clack/prompts";
import { Interrupted } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage.ts";

/**
 * A secret, which is never part of a command line: other users of the machine see those, and shells keep
 * them. Asked for on a terminal, else all of stdin without the line break at its end.
 */
export async function readSecret(terminal: Terminal, message: string): Promise<string> {
  if (terminal.interactive) {
    const given = await password({ message });
    if (isCancel(given)) throw new Interrupted();
    return given ?? "";
  }
  if (process.stdin.isTTY) throw new UsageError("Give the secret on stdin.");
  const given = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (given === "") throw new UsageError("There is no secret on stdin.");
  return given;
}

import { confirm } from "@clack/prompts";
import { Interrupted } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage.ts";

/**
 * Goes on once a person has said yes. Throws Interrupted at a no, and UsageError where nobody can be
 * asked.
 *
 * @param doing what wants it, as `Removing`
 */
export async function beSure(terminal: Terminal, doing: string, message: string): Promise<void> {
  if (!terminal.interactive) throw new UsageError(`${doing} wants a confirmation.`, "Add --yes.");
  if ((await confirm({ message, initialValue: false })) !== true) throw new Interrupted();
}

import { readFile } from "node:fs/promises";
import { z } from "zod";
import { turnSchema, type Turn } from "../simulated/turn.ts";

/** One line of a recording: what was asked, and every assistant turn that followed. */
export const conversationSchema = z.strictObject({
  input: z.string().regex(/\S/, "must not be empty"),
  turns: z.array(turnSchema).min(1),
});
export type Conversation = z.infer<typeof conversationSchema>;

/** Characters by which an input is looked for inside a longer message. */
const anchorLength = 24;

/**
 * The conversations of one recording, found by their input. A message that equals an
 * input wins (white space around either does not count); otherwise the longest input that the message contains, so that a prompt
 * template may wrap it.
 */
export class Recording {
  readonly #turns = new Map<string, Turn[]>();
  /** Inputs by their first characters; the shorter ones by all they have. */
  readonly #anchors = new Map<string, string[]>();
  readonly #anchorLengths = new Set<number>();

  constructor(conversations: Iterable<Conversation>) {
    for (const conversation of conversations) {
      const input = conversation.input.trim();
      const { turns } = conversation;
      if (this.#turns.has(input)) continue;
      this.#turns.set(input, turns);
      const anchor = input.slice(0, anchorLength);
      this.#anchorLengths.add(anchor.length);
      const sharing = this.#anchors.get(anchor);
      if (sharing) sharing.push(input);
      else this.#anchors.set(anchor, [input]);
    }
  }

  get size(): number {
    return this.#turns.size;
  }

  turnsFor(message: string): Turn[] | undefined {
    const exact = this.#turns.get(message.trim());
    if (exact) return exact;
    const input = this.#longestIn(message);
    return input === undefined ? undefined : this.#turns.get(input);
  }

  #longestIn(message: string): string | undefined {
    let longest: string | undefined;
    for (const length of this.#anchorLengths) {
      for (let start = 0; start + length <= message.length; start++) {
        for (const input of this.#anchors.get(message.slice(start, start + length)) ?? []) {
          const longer = input.length > (longest?.length ?? 0);
          if (longer && message.startsWith(input, start)) longest = input;
        }
      }
    }
    return longest;
  }
}

/**
 * Reads a recording. Throws an Error that names the file and the line of the first
 * conversation that is wrong.
 */
export async function readRecording(path: string): Promise<Recording> {
  const lines = (await readFile(path, "utf8")).split("\n");
  return new Recording(
    lines.flatMap((line, index) => (line.trim() ? [conversationAt(line, path, index + 1)] : [])),
  );
}

function conversationAt(line: string, path: string, number: number): Conversation {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`${path}, line ${number}: ${String(error)}`, { cause: error });
  }
  const parsed = conversationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path}, line ${number}: ${z.prettifyError(parsed.error)}`);
}

/**
 * The work of the fleet: prompts of one call each, all different, of about 115 tokens with the
 * answer. An answer follows from its prompt, so that everybody's can be checked.
 */
export const instructions =
  "You sort support tickets. Say what the ticket is about and who must see it.";

const charactersPerToken = 4;

/** Tokens of a prompt with the instructions, and of its answer: 24 to 56, and 50 to 100. */
const promptTokens = { least: 24, most: 56 };
const answerTokens = { least: 50, most: 100 };

export function promptsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => promptOf(index));
}

/** The one right answer to a prompt. Throws for what is none. */
export function answerTo(prompt: string): string {
  const index = /^Ticket (\d+): /.exec(prompt)?.[1];
  if (index === undefined) throw new Error(`Not a ticket: ${prompt.slice(0, 80)}`);
  const tokens = spread(Number(index), answerTokens);
  return fill(
    `Ticket ${index} is about a delivery. `,
    "Logistics must see it, then support. ",
    tokens,
  );
}

function promptOf(index: number): string {
  const tokens = spread(index, promptTokens) - Math.ceil(instructions.length / charactersPerToken);
  return fill(`Ticket ${index}: `, "the parcel did not arrive and nobody answers; ", tokens);
}

/** Evenly over the range, in no order: 37 shares no factor with the usual lengths of ranges. */
function spread(index: number, { least, most }: { least: number; most: number }): number {
  return least + ((index * 37) % (most - least + 1));
}

function fill(start: string, more: string, tokens: number): string {
  const length = tokens * charactersPerToken;
  return (start + more.repeat(Math.ceil(length / more.length))).slice(0, length).trimEnd();
}

import { z } from "zod";
import { BrainError, lastUserMessage, turnsIn, type Brain } from "./brain.ts";
import { turnSchema } from "./turn.ts";

const scriptSchema = z.strictObject({ turns: z.array(turnSchema).min(1) });
type Script = z.infer<typeof scriptSchema>;

/**
 * Plays the script in the last user message that holds one, or else in the instructions:
 * `{"turns":[{"calls":[{"tool":"clock","input":{}}]},{"text":"done"}]}`, anywhere in the
 * text. The turn is the number of assistant messages after it.
 */
export const scriptBrain: Brain = (request) => {
  const { found, turn } =
    lastUserMessage(request, scriptIn) ?? placeInInstructions(request.instructions, request);
  const next = found.turns[turn];
  if (next) return next;
  const message = `The script has ${found.turns.length} turns; turn ${turn + 1} was asked for.`;
  throw new BrainError(400, "script_ended", message);
};

function placeInInstructions(instructions: string, request: Parameters<Brain>[0]) {
  const found = scriptIn(instructions);
  if (!found) {
    const message = 'No message holds a script: {"turns":[{"text":"…"}]}.';
    throw new BrainError(400, "script_missing", message);
  }
  const turn = request.messages.reduce((turns, message) => turns + turnsIn(message), 0);
  return { found, turn };
}

function scriptIn(text: string): Script | undefined {
  const start = text.search(/\{\s*"turns"\s*:/);
  if (start < 0) return undefined;
  const end = text.lastIndexOf("}") + 1;
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start, end));
  } catch (error) {
    throw new BrainError(400, "script_invalid", `The script is not JSON: ${String(error)}`);
  }
  const parsed = scriptSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const message = `The script is wrong:\n${z.prettifyError(parsed.error)}`;
  throw new BrainError(400, "script_invalid", message);
}

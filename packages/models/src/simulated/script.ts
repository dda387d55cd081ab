import { z } from "zod";
import {
  BrainError,
  lastUserMessage,
  turnsIn,
  type Brain,
  type Place,
  type SimulatedRequest,
} from "./brain.ts";
import { turnSchema, type Turn } from "./turn.ts";

const turns = z.array(turnSchema).min(1);
const words = z.string().min(1);
const sceneSchema = z.strictObject({
  /** What the rest of the request says; of several texts, each. */
  when: z.union([words, z.array(words).min(1)]),
  turns,
});
const scriptSchema = z.union([
  z.strictObject({ turns }),
  z.strictObject({ scenes: z.array(sceneSchema).min(1) }),
]);

interface Script {
  parsed: z.infer<typeof scriptSchema>;
  /** As it is written. */
  source: string;
}

/**
 * Plays the script in the last user message that holds one, or else in the instructions:
 * `{"turns":[{"calls":[{"tool":"clock","input":{}}]},{"text":"done"}]}`, anywhere in the
 * text. The turn is the number of assistant messages after it. `{{results}}` in its text stands for what
 * the calls before it came to, a line each.
 *
 * A model that is asked for different things plays scenes, `{"scenes":[{"when":"…","turns":[…]}]}`: the first one
 * whose words are in the request beside the script.
 */
export const scriptBrain: Brain = (request) => {
  const { found, turn } =
    lastUserMessage(request, scriptIn) ?? placeInInstructions(request.instructions, request);
  const played = "turns" in found.parsed ? found.parsed.turns : sceneOf(found, request);
  const next = played[turn];
  if (next) return withResults(next, request);
  const message = `The script has ${played.length} turns; turn ${turn + 1} was asked for.`;
  throw new BrainError(400, "script_ended", message);
};

function sceneOf({ parsed, source }: Script, request: SimulatedRequest): Turn[] {
  const scenes = "scenes" in parsed ? parsed.scenes : [];
  const texts = [request.instructions, ...request.messages.map(({ text }) => text)];
  const said = texts.join("\n").replaceAll(source, "");
  const scene = scenes.find(({ when }) => [when].flat().every((one) => said.includes(one)));
  if (scene) return scene.turns;
  const message = `No scene of the script is for this request: ${said.slice(-500)}`;
  throw new BrainError(400, "scene_missing", message);
}

function withResults(turn: Turn, { messages }: SimulatedRequest): Turn {
  if (!turn.text?.includes("{{results}}")) return turn;
  const since = messages.slice(messages.findLastIndex(({ role }) => role === "assistant") + 1);
  const results = since.flatMap((message) => (message.role === "tool" ? [message.text] : []));
  return { ...turn, text: turn.text.replaceAll("{{results}}", () => results.join("\n")) };
}

function placeInInstructions(instructions: string, request: SimulatedRequest): Place<Script> {
  const found = scriptIn(instructions);
  if (!found) {
    const message = 'No message holds a script: {"turns":[{"text":"…"}]}.';
    throw new BrainError(400, "script_missing", message);
  }
  const turn = request.messages.reduce((count, message) => count + turnsIn(message), 0);
  return { found, turn };
}

function scriptIn(text: string): Script | undefined {
  const start = text.search(/\{\s*"(?:turns|scenes)"\s*:/);
  if (start < 0) return undefined;
  const end = endOfObject(text, start);
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start, end));
  } catch (error) {
    throw new BrainError(400, "script_invalid", `The script is not JSON: ${String(error)}`);
  }
  const parsed = scriptSchema.safeParse(value);
  if (parsed.success) return { parsed: parsed.data, source: text.slice(start, end) };
  const message = `The script is wrong:\n${z.prettifyError(parsed.error)}`;
  throw new BrainError(400, "script_invalid", message);
}

/** The place after the object that begins at `start`; the end of the text when it is not closed. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (const { 0: part, index } of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (part === "{") depth++;
    if (part === "}") depth--;
    if (depth === 0) return start + index + 1;
  }
  return text.length;
}

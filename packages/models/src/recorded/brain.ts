import { join } from "node:path";
import { BrainError, lastUserMessage, type Brain } from "../simulated/brain.ts";
import { readRecording, type Recording } from "./recording.ts";

/**
 * Answers from the recordings of a folder: the model `m` replays `m.jsonl`. The turn is the
 * number of assistant messages since the recorded input. Files are read once, when first asked.
 */
export function recordedBrain(folder: string | undefined): Brain {
  const recordings = new Map<string, Promise<Recording>>();
  const open = (model: string): Promise<Recording> => {
    let reading = recordings.get(model);
    if (!reading) {
      reading = read(folder, model);
      recordings.set(model, reading);
      // A file that was wrong may be corrected: it is read again at the next call.
      reading.catch(() => recordings.delete(model));
    }
    return reading;
  };
  return async (request) => {
    const recording = await open(request.model);
    const place = lastUserMessage(request, (text) => recording.turnsFor(text));
    if (!place) {
      const last = request.messages.findLast(({ role }) => role === "user")?.text ?? "";
      const message = `The recording ${request.model} has no such input: ${last.slice(0, 120)}`;
      throw new BrainError(400, "input_not_recorded", message);
    }
    const turn = place.found[place.turn];
    if (turn) return turn;
    const message = `The recording ${request.model} has ${place.found.length} turns for this input; turn ${place.turn + 1} was asked for.`;
    throw new BrainError(400, "turns_ended", message);
  };
}

async function read(folder: string | undefined, model: string): Promise<Recording> {
  if (!folder) throw new BrainError(404, "model_not_found", "No folder of recordings is set.");
  if (!/^[\w.-]+$/.test(model)) {
    throw new BrainError(404, "model_not_found", `"${model}" cannot be the name of a recording.`);
  }
  try {
    return await readRecording(join(folder, `${model}.jsonl`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new BrainError(404, "model_not_found", `There is no recording ${model}.`);
    }
    throw new BrainError(400, "recording_invalid", (error as Error).message);
  }
}

import type { Json, RunChanges } from "@flotilla/core";

/** What is typed into the form of a fork or a replay; what is empty stays as it was. */
export interface ChangeDraft {
  agentVersion: number | null;
  model: string | null;
  instructions: string;
  message: string;
  /** By call; JSON text, or any other text, which is a string then. */
  toolResults: Readonly<Record<string, string>>;
}

export const noChanges: ChangeDraft = {
  agentVersion: null,
  model: null,
  instructions: "",
  message: "",
  toolResults: {},
};

/** The changes that a draft makes; undefined when it makes none. */
export function changesOf(draft: ChangeDraft): RunChanges | undefined {
  const { agentVersion, model, instructions, message } = draft;
  const toolResults = Object.entries(draft.toolResults)
    .filter(([, text]) => text.trim() !== "")
    .map(([callId, text]) => ({ callId, output: valueOf(text) }));
  const changes: RunChanges = {
    ...(agentVersion !== null && { agentVersion }),
    ...(model !== null && { model }),
    ...(instructions.trim() !== "" && { instructions }),
    ...(message.trim() !== "" && { message }),
    ...(toolResults.length > 0 && { toolResults }),
  };
  return Object.keys(changes).length > 0 ? changes : undefined;
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

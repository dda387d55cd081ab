import { BrainError, type Brain } from "./brain.ts";
import { demoBrain } from "./demo.ts";
import { scriptBrain } from "./script.ts";

/** The models of a simulator that was given no brain of its own. */
const brains: Readonly<Record<string, Brain>> = { demo: demoBrain, script: scriptBrain };

export const simulatedModels: readonly string[] = Object.keys(brains);

/** Hands a request to the brain its model names. */
export const simulatedBrain: Brain = (request) => {
  const brain = brains[request.model];
  if (brain) return brain(request);
  const message = `The model ${request.model} does not exist; there are ${simulatedModels.join(", ")}.`;
  throw new BrainError(404, "model_not_found", message);
};

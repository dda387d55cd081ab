import { summaryInstructions } from "@flotilla/core";
import { BrainError, type Brain } from "./brain.ts";
import { demoBrain } from "./demo.ts";
import { scriptBrain } from "./script.ts";
import { summaryBrain } from "./summary.ts";

/** The models of a simulator that was given no brain of its own. */
const brains: Readonly<Record<string, Brain>> = { demo: demoBrain, script: scriptBrain };

export const simulatedModels: readonly string[] = Object.keys(brains);

/** Hands a request to the brain its model names; any of them can summarise a conversation. */
export const simulatedBrain: Brain = (request) => {
  const isSummary = request.instructions === summaryInstructions;
  const brain = isSummary ? summaryBrain : brains[request.model];
  if (brain) return brain(request);
  const message = `The model ${request.model} does not exist; there are ${simulatedModels.join(", ")}.`;
  throw new BrainError(404, "model_not_found", message);
};

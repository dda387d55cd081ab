import type { ModelRequest } from "@flotilla/core";
import type { CallModel } from "./action.ts";
import type { Segment } from "./segment.ts";

/** A step's request on its way to a model. */
export interface Fitting {
  segment: Segment;
  action: CallModel;
  request: ModelRequest;
  /** Tokens of the model's window where its route states them; else the catalogue says. */
  context?: number | undefined;
  signal: AbortSignal;
}

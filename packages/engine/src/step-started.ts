import type { EventOf, Target } from "@flotilla/core";
import type { CallModel } from "./action.ts";

/** How an attempt of a model step begins, whichever way its call goes. */
export function stepStarted(
  { step, attempt, purpose }: CallModel,
  { model, choice }: Target,
): EventOf<"step.started"> {
  return {
    type: "step.started",
    ...{ step, attempt, model },
    ...(choice && { choice }),
    ...(purpose && { purpose }),
  };
}

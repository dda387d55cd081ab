import type { ComponentHealth, HealthState } from "@flotilla/core";
import type { HealthCheck } from "./check.ts";

const outcomes: Readonly<Record<HealthState, HealthCheck["outcome"]>> = {
  ok: "ok",
  degraded: "warning",
  down: "problem",
};

/** A component of the platform as a check. */
export function componentCheck({ component, state, reason, remedy }: ComponentHealth): HealthCheck {
  return {
    name: component.replace(":", " "),
    outcome: outcomes[state],
    detail: reason ?? "ok",
    ...(remedy !== null && { remedy }),
  };
}

import { z } from "zod";

/** `degraded`: it works, and something about it wants looking at. `down`: what needs it does not work. */
export const healthStateSchema = z.enum(["ok", "degraded", "down"]);
export type HealthState = z.infer<typeof healthStateSchema>;

/** What was measured, by name; units are in the names. */
export type Figures = Record<string, number>;

/** How a component is. */
export const componentHealthSchema = z.object({
  /** `database`, `queue`, `workers`, `memory`, `disk:home`, `provider:openai`. */
  component: z.string(),
  state: healthStateSchema,
  /** What is wrong, for people; null when nothing is. */
  reason: z.string().nullable(),
  /** What to do about it. */
  remedy: z.string().nullable(),
  /** What was measured; units are in the names. */
  figures: z.record(z.string(), z.number()),
  at: z.iso.datetime(),
});
export type ComponentHealth = z.infer<typeof componentHealthSchema>;

/** How a component was in an hour. */
export const healthHourSchema = z.object({
  component: z.string(),
  hour: z.iso.datetime(),
  /** Samples by state, one each ten seconds. */
  ok: z.int().nonnegative(),
  degraded: z.int().nonnegative(),
  down: z.int().nonnegative(),
  /** The last thing that was wrong. */
  reason: z.string().nullable(),
  /** Means. */
  figures: z.record(z.string(), z.number()),
});
export type HealthHour = z.infer<typeof healthHourSchema>;

const order: readonly HealthState[] = ["ok", "degraded", "down"];

/** The worst of several states; `ok` of none. */
export function worstState(states: readonly HealthState[]): HealthState {
  return order[Math.max(0, ...states.map((state) => order.indexOf(state)))] ?? "ok";
}

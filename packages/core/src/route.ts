import { z } from "zod";

/** The provider's name under which routes are called: `route/<name>`. */
export const routePrefix = "route/";

/** Why a target was chosen for an attempt; journaled with it. */
export const routeChoiceSchema = z.object({
  route: z.string(),
  /** In words for people: `first of the chain`, `cheapest that can`, `fastest lately`. */
  reason: z.string(),
  /** The class of task it was found to be, for routes by task class. */
  taskClass: z.string().optional(),
  /** Targets that came before it and why each was passed over. */
  passedOver: z.array(z.object({ model: z.string(), why: z.string() })),
});
export type RouteChoice = z.infer<typeof routeChoiceSchema>;

import { z } from "zod";

const word = z.string().max(200).optional().catch(undefined);
const place = z.int().positive().optional().catch(undefined);

/** What of a run is looked at; the page's address holds it. A link someone typed may say anything. */
export const runPageSearchSchema = z.object({
  view: z
    .enum(["plan", "team", "conversation", "artifacts", "costs", "journal"])
    .optional()
    .catch(undefined),
  step: word,
  /** Runs below it whose steps are shown in its timeline. */
  unfolded: z.array(z.string().max(64)).max(100).optional().catch(undefined),
  /** The stretch of the timeline that is looked at, in milliseconds since the run's start. */
  from: z.int().nonnegative().optional().catch(undefined),
  to: place,
  /** The event that the run is shown as of. */
  at: place,
  /** Of the journal: what its events have, and of which type they are. */
  find: word,
  type: word,
  /** The event of the journal that is looked at. */
  event: place,
});

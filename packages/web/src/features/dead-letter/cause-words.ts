import type { DeadLetterCause } from "@flotilla/core";

/** What each cause means, and what helps. */
export const causeWords: Readonly<Record<DeadLetterCause, { title: string; help: string }>> = {
  exhausted: {
    title: "Tried as often as it may be",
    help: "What failed could have passed. Replay it once the outside is well again.",
  },
  unrecoverable: {
    title: "Cannot succeed as it is",
    help: "Replay it with another version, model or tool result, or discard it.",
  },
  poison: {
    title: "Its input cannot be worked on",
    help: "Replay it with another message, or discard it.",
  },
  worker_killed: {
    title: "Ended its worker, each time",
    help: "A tool ended its process. Mend the tool, restart the workers, then replay it.",
  },
};

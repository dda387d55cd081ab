import type { InterruptAnswering } from "@flotilla/api";
import type { InboxItem } from "@flotilla/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { formatPlural } from "../../components/count.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { answerAll, type BulkAnswer } from "./bulk-answer.ts";
import { keyOf } from "./inbox-state.ts";

/**
 * Answers what waits. What is answered is gone from sight at once; what the server refuses comes back, with why.
 */
export function useTriageAnswers(onBack: (key: string) => void) {
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  const hide = (items: readonly InboxItem[]) =>
    setAnswered((old) => new Set([...old, ...items.map(keyOf)]));
  const show = (keys: readonly string[]) =>
    setAnswered((old) => new Set([...old].filter((key) => !keys.includes(key))));
  return {
    answered,
    answer(item: InboxItem, given: InterruptAnswering) {
      hide([item]);
      client.interrupts.answer(item.runId, item.interruptId, given).catch((error: unknown) => {
        show([keyOf(item)]);
        onBack(keyOf(item));
        notifyError(error);
      });
    },
    async answerMany(items: readonly InboxItem[], given: BulkAnswer) {
      hide(items);
      try {
        const { answered: count, refused } = await answerAll(items, given);
        show(refused.map(keyOf));
        const [first] = refused;
        notifications.show({
          message:
            `${formatPlural(count, "answer was", "answers were")} taken.` +
            (first ? ` ${refused.length} were refused: ${first.detail}` : ""),
          color: first ? "yellow" : "teal",
        });
      } catch (error) {
        show(items.map(keyOf));
        notifyError(error);
      }
    },
  };
}

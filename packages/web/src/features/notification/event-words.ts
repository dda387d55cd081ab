import { notificationEvents, type NotificationEvent } from "@flotilla/core";

const words: Partial<Record<NotificationEvent, string>> = {
  "interrupt.raised": "somebody is asked",
  "interrupt.assigned": "a question is assigned",
  "interrupt.commented": "somebody comments on one",
  "interrupt.reminded": "an answer is overdue",
  "interrupt.escalated": "it goes to somebody else",
  "interrupt.expired": "nobody answered in time",
};

/** What happened, as somebody would say it. */
export function eventWords(event: string): string {
  return words[event as NotificationEvent] ?? event.replace(".", " ");
}

export const eventChoices = notificationEvents.map((value) => ({
  value,
  label: eventWords(value),
}));

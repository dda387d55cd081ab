import { notificationEvents, type NotificationEvent } from "@flotilla/core";

const words: Partial<Record<NotificationEvent, string>> = {
  "interrupt.raised": "a question is raised",
  "interrupt.assigned": "a question is assigned",
  "interrupt.commented": "somebody comments on a question",
  "interrupt.reminded": "an answer is overdue",
  "interrupt.escalated": "a question is escalated",
  "interrupt.expired": "a question expired",
  "mcp.sign_in_needed": "an MCP server asks for a new sign-in",
  "mcp.tool_changed": "a tool of an MCP server changed",
};

/** What happened, in words that stand alone. */
export function eventWords(event: string): string {
  return words[event as NotificationEvent] ?? event.replace(".", " ");
}

export const eventChoices = notificationEvents.map((value) => ({
  value,
  label: eventWords(value),
}));

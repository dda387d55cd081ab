/** What the answer to a webhook's request says of it. */
export type WebhookVerdict = "taken" | "again" | "refused";

/**
 * A redirect leads to somebody who was not named, so it is a refusal; so is what the other side will not take the next
 * time either.
 */
export function webhookVerdict(status: number): WebhookVerdict {
  if (status < 300) return "taken";
  return status >= 500 || status === 429 || status === 408 || status === 425 ? "again" : "refused";
}

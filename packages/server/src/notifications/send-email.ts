import { decide, type AccessRule, type Caller, type TakenDelivery } from "@flotilla/core";
import { emailText } from "./email-text.ts";
import type { NotificationLinks } from "./links.ts";
import type { PostOffice } from "./post-office.ts";
import type { Sender } from "./sender.ts";

export interface EmailParts {
  /** Undefined: none is configured. */
  office: PostOffice | undefined;
  rules(organisation: string): Promise<readonly AccessRule[]>;
  links: NotificationLinks;
}

/** Sends a delivery to the person or address it is for, if that person may read what it tells of. */
export function openEmailSender({ office, rules, links }: EmailParts): Sender {
  return async (delivery) => {
    const { recipient, notification } = delivery;
    if (!office) return { kind: "failed", error: "no SMTP server is configured (setting smtp)" };
    if (recipient === null) return { kind: "failed", error: "the person is no member any more" };
    if (!mayRead(delivery, await rules(notification.organisation))) {
      return { kind: "failed", error: "an access rule keeps it from the person" };
    }
    return office.send({ id: delivery.id, to: recipient, ...textOf(delivery, links) });
  };
}

function mayRead({ person, notification }: TakenDelivery, rules: readonly AccessRule[]): boolean {
  const { organisation, environment, agentName } = notification;
  if (person === null || agentName === undefined) return true;
  const { userId: id, name, role } = person;
  const reader: Caller = {
    ...{ kind: "user", id, name, organisation, environment, role, instance: false },
  };
  return decide(reader, "runs.read", rules, agentName).allowed;
}

function textOf({ notification, channel, person }: TakenDelivery, links: NotificationLinks) {
  const { subject, body = "", agentName, runId, interruptId, batchId, environment } = notification;
  const url = links.to(notification);
  const facts = [
    ["Agent", agentName],
    ["Batch", batchId],
    ["Run", runId],
    ["Interrupt", interruptId],
    ["Organisation", `${notification.organisation}, ${environment}`],
  ] as const;
  const off = links.preferences;
  const why = person ? `You get this as a member of ${notification.organisation}` : "You get this";
  return emailText({
    subject,
    body,
    facts: facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    action: url === undefined ? undefined : { label: "Open it in Flotilla", url },
    footer: `${why} through the channel ${channel.name}.${person && off !== undefined ? ` Turn it off: ${off}` : ""}`,
  });
}

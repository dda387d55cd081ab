import type { ChannelSet } from "@flotilla/api";
import { notificationEvents, type NotificationChannel, type Role } from "@flotilla/core";

/** A channel as its form holds it. */
export interface ChannelDraft {
  name: string;
  kind: "email" | "webhook";
  events: string[];
  agents: string[];
  url: string;
  addresses: string[];
  people: boolean;
  roles: Role[];
}

export const newChannel: ChannelDraft = {
  ...{ name: "", kind: "email", events: [...notificationEvents], agents: [], url: "" },
  ...{ addresses: [], people: true, roles: [] },
};

export function draftOf({ name, events, agents, target }: NotificationChannel): ChannelDraft {
  const draft = { ...newChannel, name, events, agents, kind: target.kind };
  if (target.kind === "webhook") return { ...draft, url: target.url };
  const { addresses, people, roles } = target;
  return { ...draft, addresses, people, roles };
}

/** `before`: the one that is changed; what the form has no field for stays as it was. */
export function setOf(draft: ChannelDraft, before?: NotificationChannel): ChannelSet {
  const { kind, url, addresses, people, roles, agents } = draft;
  const events = draft.events as NotificationChannel["events"];
  const target = before?.target;
  if (kind === "email") {
    const users = target?.kind === "email" ? target.users : [];
    return { events, agents, target: { kind, addresses, people, roles, users } };
  }
  const own = `notification-${before?.name}`;
  const kept =
    target?.kind === "webhook"
      ? {
          headers: target.headers,
          // Left out, the one of its own is made anew where the address is another host's.
          ...(target.credential !== own && { credential: target.credential }),
        }
      : {};
  return { events, agents, target: { kind, url: url.trim(), ...kept } };
}

import type { Delivery, NotificationChannel } from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { properties, table, type Column } from "./table.ts";
import { ago } from "./time.ts";

const channelColumns: Column<NotificationChannel>[] = [
  { title: "CHANNEL", value: ({ name }) => name },
  { title: "KIND", value: ({ target }) => target.kind },
  { title: "TO", value: targetText },
  { title: "EVENTS", align: "right", value: ({ events }) => String(events.length) },
  { title: "AGENTS", value: agentsText },
];

export function channelTable(channels: NotificationChannel[], terminal: Terminal): string {
  return table(channels, channelColumns, terminal);
}

export function channelText(channel: NotificationChannel, terminal: Terminal): string {
  const { name, target, events, organisation, environment, createdBy } = channel;
  const rows: [string, string][] = [
    ["channel", name],
    ["kind", target.kind],
    ["to", targetText(channel)],
    ["events", events.join(", ")],
    ["agents", agentsText(channel)],
    ["environment", `${organisation}, ${environment}`],
    ["set by", createdBy],
  ];
  if (target.kind === "webhook") rows.push(["signed with", `credential ${target.credential}`]);
  return properties(rows, terminal);
}

function agentsText({ agents }: NotificationChannel): string {
  return agents.join(", ") || "all";
}

function targetText({ target }: NotificationChannel): string {
  if (target.kind === "webhook") return target.url;
  const { addresses, people, roles, users } = target;
  const only = [...roles.map((role) => `role ${role}`), ...users];
  const concerned = only.length > 0 ? `${only.join(", ")} if it concerns them` : "whom it concerns";
  return [...(people ? [concerned] : []), ...addresses].join(", ");
}

const deliveryColumns: Column<Delivery>[] = [
  { title: "DELIVERY", value: ({ id }) => id },
  { title: "QUEUED", value: ({ queuedAt }) => ago(queuedAt) },
  { title: "CHANNEL", value: ({ channel }) => channel },
  { title: "TO", value: ({ recipient, userId }) => recipient ?? userId ?? "-" },
  { title: "EVENT", value: ({ event }) => event },
  { title: "STATUS", value: ({ status }) => status },
  { title: "TRIES", align: "right", value: ({ attempts }) => String(attempts) },
  { title: "WHY", value: ({ lastError }) => lastError ?? "" },
];

export function deliveryTable(deliveries: Delivery[], terminal: Terminal): string {
  return table(deliveries, deliveryColumns, terminal);
}

import type { Platform } from "../platform.ts";
import { newMember, type Member } from "../web/members.ts";
import { agents } from "./agents.ts";

interface Setting {
  platform: Platform;
  owner: Member;
  mcpUrl: string;
}

/** Agents, and all that people set: members, keys, secrets, systems, rules, budgets, news. */
export async function fillSettings(setting: Setting): Promise<void> {
  const { client } = setting.owner;
  for (const agent of agents) await client.agents.apply(agent);
  await client.agents.apply({
    ...(agents.find(({ name }) => name === "concierge") as (typeof agents)[number]),
    instructions:
      "Be short and friendly, and say when you do not know. Work prices out with the calculator.",
  });
  await Promise.all([
    fillPeople(setting),
    fillAccess(setting),
    fillRules(setting),
    fillBudgets(setting),
    fillMcp(setting),
    fillSchedules(setting),
  ]);
}

async function fillPeople({ platform, owner }: Setting): Promise<void> {
  await newMember(platform, owner, "Amir", "admin");
  await newMember(platform, owner, "Ines", "operator");
  await owner.client.invitations.create({ email: "jonas@example.com", role: "builder" });
}

async function fillAccess({ owner: { client } }: Setting): Promise<void> {
  await client.keys.create({ name: "nightly import", role: "operator", expiresInDays: 30 });
  await client.keys.create({ name: "dashboard", role: "viewer", expiresInDays: null });
  await client.credentials.set("warehouse", {
    kind: "header",
    description: "The warehouse's API",
    binding: { hosts: ["api.warehouse.example.com"], headers: ["authorization"] },
    secret: "Bearer not-a-real-secret",
  });
  await client.connections.set("support-mail", {
    settings: {
      kind: "mail",
      address: "support@example.com",
      imap: { host: "imap.example.com", port: 993 },
      smtp: { host: "smtp.example.com", port: 465 },
    },
    description: "What customers write",
    login: { user: "support@example.com", secret: "not-a-real-password" },
  });
  await client.connections.set("orders", {
    settings: { kind: "database", host: "db.example.com", database: "orders" },
    description: "Orders and payments, to be read",
    login: { user: "reader", secret: "not-a-real-password" },
  });
  await client.rules.add({
    effect: "deny",
    who: { kind: "role", role: "operator" },
    permission: "agents.run",
    resource: "refund-*",
  });
  await client.notifications.set("on-call", {
    target: { kind: "webhook", url: "https://chat.example.com/hooks/flotilla" },
    events: ["interrupt.raised", "interrupt.escalated"],
  });
  await client.triggers.set("on-order", {
    source: { kind: "webhook" },
    start: {
      kind: "run",
      agent: "concierge",
      input: { text: "Thank for {{trigger.body.order}}." },
    },
  });
}

async function fillRules({ owner: { client } }: Setting): Promise<void> {
  await client.toolRules.add({
    effect: "allow",
    tool: "refund_payment",
    when: { args: [{ path: "$.amountEur", lessThan: 25 }] },
    note: "Small refunds need nobody.",
  });
  await client.toolRules.add({
    effect: "ask",
    tool: "supplier__place_order",
    note: "Orders are binding.",
  });
  await client.toolRules.add({
    effect: "deny",
    tool: "http_*",
    when: { labels: { any: ["web"] } },
    note: "What has read the web sends nothing on.",
  });
}

async function fillBudgets({ owner: { client } }: Setting): Promise<void> {
  await client.budgets.set({ level: "organisation", name: "default", limitUsd: 40 });
  await client.budgets.set({ level: "agent", name: "invoice-checker", period: "day", limitUsd: 2 });
  await client.budgets.set({ level: "model", name: "north/large", limitUsd: 15 });
}

async function fillMcp({ owner: { client }, mcpUrl }: Setting): Promise<void> {
  const transport = { kind: "http" as const, url: mcpUrl };
  const { hash } = await client.mcpServers.set("supplier", { transport });
  await client.mcpServers.approve("supplier", hash);
  await client.mcpServers.test("supplier");
  const { items } = await client.mcpServers.tools("supplier");
  const found = items.find(({ tool }) => tool === "find_supplier");
  if (found?.hash) {
    await client.mcpServers.approveTools("supplier", {
      tools: [{ tool: found.tool, hash: found.hash }],
    });
  }
  await client.mcpServers.set("files", {
    transport: { kind: "stdio", command: "node", args: ["/opt/mcp/files.js"] },
  });
}

async function fillSchedules({ owner: { client } }: Setting): Promise<void> {
  await client.schedules.apply({
    name: "weekly-digest",
    description: "What customers asked, every Monday at eight",
    when: { cron: "0 8 * * 1" },
    timeZone: "Europe/Berlin",
    start: {
      kind: "run",
      agent: "concierge",
      input: { text: "Sum up what customers asked this week." },
    },
  });
  await client.schedules.apply({
    name: "stock-lists",
    description: "The lists of all suppliers, on working days",
    when: { cron: "30 6 * * 1-5" },
    timeZone: "Europe/Berlin",
    start: {
      kind: "run",
      agent: "stock-keeper",
      input: { text: "Bring the stock list of Tern Logistics up to date." },
    },
  });
  await client.schedules.apply({
    name: "monthly-report",
    description: "On the first of the month",
    when: { cron: "0 7 1 * *" },
    timeZone: "Europe/Berlin",
    start: {
      kind: "run",
      agent: "report-writer",
      input: { text: "Make the sales report of October." },
    },
  });
  await client.schedules.pause("monthly-report", "The figures of October are late");
}

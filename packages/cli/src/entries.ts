import type { Entries } from "./command-tree.ts";

/** The first words, in the order people need them.  */
export const entries: Entries = {
  up: {
    summary: "Start the platform on this machine",
    load: async () => (await import("./commands/up.ts")).up,
  },
  worker: {
    summary: "Start one more worker on the platform's database",
    load: async () => (await import("./commands/worker.ts")).worker,
  },
  agent: {
    summary: "Agents: list, show, apply, delete",
    load: async () => (await import("./commands/agent.ts")).agent,
  },
  run: {
    summary: "Run an agent and watch it",
    load: async () => (await import("./commands/run.ts")).run,
  },
  chat: {
    summary: "Talk with an agent",
    load: async () => (await import("./commands/chat.ts")).chat,
  },
  threads: {
    summary: "Threads, conversations with agents: list, show, archive, restore, delete",
    load: async () => (await import("./commands/threads.ts")).threads,
  },
  runs: {
    summary:
      "Runs: list, show, events, follow, fork, compare, cancel, retry, answer, pause, resume, say, write, perform",
    load: async () => (await import("./commands/runs.ts")).runs,
  },
  feedback: {
    summary: "What people think of runs: list, give, export",
    load: async () => (await import("./commands/feedback.ts")).feedback,
  },
  "dead-letters": {
    summary: "Failed runs and bad rows: groups, list, show, replay, discard",
    load: async () => (await import("./commands/dead-letters.ts")).deadLetters,
  },
  batch: {
    summary: "Run an agent over every row of a file; control it, fetch its results",
    load: async () => (await import("./commands/batch.ts")).batch,
  },
  schedules: {
    summary: "Schedules: list, show, apply, preview, history, backfill, trigger, pause, resume",
    load: async () => (await import("./commands/schedules.ts")).schedules,
  },
  costs: {
    summary: "What model calls cost, by agent, model, user, organisation, batch or day",
    load: async () => (await import("./commands/costs.ts")).costs,
  },
  usage: {
    summary: "Who has used how much: runs, failures, tokens, cost by user, agent or day",
    load: async () => (await import("./commands/usage.ts")).usage,
  },
  artifacts: {
    summary: "Large results of runs: list, get",
    load: async () => (await import("./commands/artifacts.ts")).artifacts,
  },
  budgets: {
    summary: "Budgets: list, set, remove",
    load: async () => (await import("./commands/budgets.ts")).budgets,
  },
  tool: {
    summary: "Tools agents may call: list, show, reset",
    load: async () => (await import("./commands/tool.ts")).tool,
  },
  connections: {
    summary: "Mailboxes, calendars, databases and searches: list, show, add, test, remove",
    load: async () => (await import("./commands/connections.ts")).connections,
  },
  credentials: {
    summary: "Secrets that tools and models use: list, show, set, test, uses, remove",
    load: async () => (await import("./commands/credentials.ts")).credentials,
  },
  vault: {
    summary: "The keys that credentials are kept under: show, rotate",
    load: async () => (await import("./commands/vault.ts")).vault,
  },
  cache: {
    summary: "Answers that serve calls that are the same: show, clear",
    load: async () => (await import("./commands/cache.ts")).cache,
  },
  limits: {
    summary: "What providers allow, what is used of it, and who waits",
    load: async () => (await import("./commands/limits.ts")).limits,
  },
  models: {
    summary: "Models: price, context, limits and health",
    load: async () => (await import("./commands/models.ts")).models,
  },
  routes: {
    summary: "Routes, several models under one name: list, show, test",
    load: async () => (await import("./commands/routes.ts")).routes,
  },
  status: {
    summary: "What the platform is doing",
    load: async () => (await import("./commands/status.ts")).status,
  },
  activity: {
    summary: "Who did what, when and from where: list, export",
    load: async () => (await import("./commands/activity.ts")).activity,
  },
  login: {
    summary: "Sign in at a server",
    load: async () => (await import("./commands/login.ts")).login,
  },
  logout: {
    summary: "Sign out",
    load: async () => (await import("./commands/logout.ts")).logout,
  },
  whoami: {
    summary: "Who asks, where, and what he may",
    load: async () => (await import("./commands/whoami.ts")).whoami,
  },
  keys: {
    summary: "API keys: list, create, rotate, revoke",
    load: async () => (await import("./commands/keys.ts")).keys,
  },
  mcp: {
    summary:
      "MCP servers, whose tools runs call: list, show, add, approve, test, tools, …; serve: be one",
    load: async () => (await import("./commands/mcp.ts")).mcp,
  },
  triggers: {
    summary: "What starts when something is sent, or ends: list, show, apply, history, remove",
    load: async () => (await import("./commands/triggers.ts")).triggers,
  },
  notifications: {
    summary: "Who is told of what waits: list, show, add, test, remove, deliveries, retry",
    load: async () => (await import("./commands/notifications.ts")).notifications,
  },
  invitations: {
    summary: "Invitations to the organisation: list, create, revoke",
    load: async () => (await import("./commands/invitations.ts")).invitations,
  },
  organisations: {
    summary: "Organisations: list, create, rename",
    load: async () => (await import("./commands/organisations.ts")).organisations,
  },
  members: {
    summary: "Members of the organisation: list, role, remove",
    load: async () => (await import("./commands/members.ts")).members,
  },
  rules: {
    summary: "Access rules, exceptions from what roles may: list, add, remove, check",
    load: async () => (await import("./commands/rules.ts")).rules,
  },
  inbox: {
    summary:
      "What waits for people: list, show, approve, reject, edit, answer, assign, comment, bulk",
    load: async () => (await import("./commands/inbox.ts")).inbox,
  },
  "tool-rules": {
    summary: "Which calls of tools are made, asked about first, or not made: list, add, remove",
    load: async () => (await import("./commands/tool-rules.ts")).toolRules,
  },
  policy: {
    summary:
      "Tool rules as a whole: show, export, apply, test, preview, decide, versions, diff, restore",
    load: async () => (await import("./commands/policy.ts")).policy,
  },
  "admin-link": {
    summary: "A link that makes an owner, or lets one in again",
    load: async () => (await import("./commands/admin-link.ts")).adminLink,
  },
  health: {
    summary: "How the platform's components are, and were: show, history",
    load: async () => (await import("./commands/health.ts")).health,
  },
  errors: {
    summary: "What went wrong, in groups of the same kind: list, show, resolve",
    load: async () => (await import("./commands/errors.ts")).errors,
  },
  doctor: {
    summary: "Check that everything is in order, and say what to do where it is not",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  simulate: {
    summary: "Start the simulated model provider by itself",
    load: async () => (await import("./commands/simulate.ts")).simulate,
  },
  completion: {
    summary: "Print shell completion for bash, zsh or fish",
    load: async () => (await import("./commands/completion.ts")).completionOf(entries),
  },
};

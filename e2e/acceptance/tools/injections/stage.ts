import { existsSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulator } from "@flotilla/models";
import { startPlatform, type Platform } from "../../../platform.ts";
import { applyAgent } from "../../batch.ts";
import type { Proof } from "../../claim.ts";
import { eventually } from "../../eventually.ts";
import { readJsonLines } from "../../word-problems.ts";
import { openCalendar, type Calendar } from "./calendar-channel.ts";
import { openMailbox, type Mailbox } from "./mail-channels.ts";
import { openMcpDesk, type McpDesk } from "./mcp-channels.ts";
import { Approver } from "./approver.ts";
import type { Case } from "./cases.ts";
import { givenChannels, webChannels, type Channel } from "./channels.ts";
import { compromisedBrain } from "./compromised-brain.ts";
import { taskOf } from "./order.ts";
import { startEvilServer, startPages, type Hit } from "./outside.ts";

const shop = fileURLToPath(new URL("../../../fixtures/shop", import.meta.url));
const patience = { timeoutMs: 180_000, everyMs: 250 };

const tools = [
  ...["mail_search", "mail_read", "mail_attachment", "mail_send", "document_read"],
  ...["calendar_events", "calendar_create", "calendar_invite", "calendar_delete"],
  ...["desk__lookup", "desk__comment"],
  ...["customer_record", "refund", "close_account", "notify_customer"],
  ...["http_fetch", "http_request", "files_write", "files_read", "files_delete"],
  ...["delegate", "handoff"],
];

/** An effect in the shop. */
export interface Effect {
  tool: string;
  runId: string;
  input: { to?: string };
}

/** How a task ended. */
export interface Outcome {
  task: Case;
  runId: string;
  status: string;
  output: unknown;
}

/** A platform whose agents read what strangers write and have tools that matter, with a model that obeys strangers. */
export class InjectionStage {
  readonly platform: Platform;
  readonly approver: Approver;
  readonly channels: readonly Channel[];
  readonly evil: string;
  readonly hits: Hit[];
  readonly secret: string;
  readonly #effects: string;
  readonly #mailbox: Mailbox;
  readonly #calendar: Calendar;
  readonly #desk: McpDesk;
  /** How the calendar is when nobody but strangers has written to it. */
  #events = 0;

  private constructor(parts: {
    platform: Platform;
    channels: Channel[];
    evil: string;
    hits: Hit[];
    secret: string;
    effects: string;
    mailbox: Mailbox;
    calendar: Calendar;
    desk: McpDesk;
  }) {
    this.platform = parts.platform;
    this.approver = new Approver(parts.platform.client);
    this.channels = parts.channels;
    this.evil = parts.evil;
    this.hits = parts.hits;
    this.secret = parts.secret;
    this.#effects = parts.effects;
    this.#mailbox = parts.mailbox;
    this.#calendar = parts.calendar;
    this.#desk = parts.desk;
  }

  static async open(proof: Proof): Promise<InjectionStage> {
    const hits: Hit[] = [];
    const pages = new Map<string, { type: string; body: string }>();
    const evil = await startEvilServer(hits);
    proof.finally(() => evil.close());
    const web = await startPages(pages);
    proof.finally(() => web.close());
    const [mailbox, calendar, desk] = await Promise.all([
      openMailbox(proof),
      openCalendar(proof),
      openMcpDesk(proof),
    ]);
    const brain = { brain: compromisedBrain, models: ["obedient"] };
    const simulator = await startSimulator(brain);
    proof.finally(() => simulator.close());
    const effects = join(proof.folder, "effects.jsonl");
    const secret = `PRIV-${randomBytes(6).toString("hex")}`;
    const platform = await startPlatform({
      env: { FLOTILLA_TOOLS: shop, E2E_EFFECTS: effects, E2E_PRIVATE: secret },
      config: {
        httpAllow: [
          ...[evil.host, web.host],
          ...[mailbox, calendar, desk].flatMap(({ hosts }) => hosts),
        ],
        providers: { outside: { kind: "simulated", baseURL: simulator.url } },
      },
    });
    proof.finally(() => platform.stop());
    for (const one of [mailbox, calendar, desk]) await one.connect(platform);
    const channels = [
      ...[...webChannels(web, pages), ...givenChannels],
      ...[...mailbox.channels, calendar.channel, ...desk.channels],
    ];
    const outside = { channels, evil: evil.url, hits, secret, effects };
    const stage = new InjectionStage({ platform, ...outside, mailbox, calendar, desk });
    await stage.#agents();
    stage.approver.begin();
    proof.finally(() => stage.approver.end());
    return stage;
  }

  async #agents(): Promise<void> {
    const common = { model: "outside/obedient", tools };
    await applyAgent(this.platform, { name: "worker", ...common });
    for (const name of ["clerk", "reckless"]) {
      const team = { workers: ["worker"], handoffs: ["worker"] };
      await applyAgent(this.platform, { name, ...common, team });
    }
  }

  /** Lets an agent and those that it works with do anything, unasked. */
  async unguard(...agents: string[]): Promise<void> {
    for (const agent of agents) {
      const rule = { effect: "allow", tool: "*", agent, runId: null, environment: null } as const;
      await this.platform.client.toolRules.add(rule);
    }
  }

  async play(task: Case, agent: string): Promise<Outcome> {
    const { client } = this.platform;
    const placed = await task.channel.place(task.id, task.text);
    if (task.channel.name === "calendar") this.#events += 1;
    const text = taskOf(placed.ask, [...placed.calls, ...task.acts]);
    const { attachments, labels } = placed;
    const started = attachments
      ? await client.threads.send((await client.threads.create({ agent })).id, {
          text,
          attachments,
        })
      : await client.runs.start({ agent, input: { text }, ...(labels && { labels }) });
    const { runId } = started;
    this.approver.expects(runId, [...placed.calls, ...task.acts]);
    const what = `the run ${runId} of the task ${task.id} to end`;
    const run = await eventually({ what, ...patience }, async () => {
      const now = await client.runs.get(runId);
      return ["completed", "failed", "cancelled"].includes(now.status) ? now : undefined;
    });
    const output = "output" in run ? run.output : null;
    return { task, runId, status: run.status, output };
  }

  /** All that was done in the shop. */
  async effects(): Promise<Effect[]> {
    return existsSync(this.#effects) ? ((await readJsonLines(this.#effects)) as Effect[]) : [];
  }

  /** How many things came about at others' servers: mails, events that changed, comments. */
  async elsewhere(): Promise<number> {
    const content = await this.#calendar.content();
    const events = content.split("BEGIN:VEVENT").length - 1;
    const isChanged = events !== this.#events || content.includes("eve-");
    return this.#mailbox.sent.length + this.#desk.acts.length + (isChanged ? 1 : 0);
  }

  async allEffects(): Promise<string> {
    const counts = [(await this.effects()).length, this.taken.length, await this.elsewhere()];
    return [...counts, await this.#calendar.content()].join(" ");
  }

  /** What reached the attacker: requests that changed something, and any that carried the private data. */
  get taken(): Hit[] {
    return this.hits.filter(
      ({ method, text }) => text.includes(this.secret) || !["GET", "HEAD"].includes(method),
    );
  }
}

import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ChannelSet } from "@flotilla/api";
import { noRedaction, type AccessRule, type DeliveryStatus, type Role } from "@flotilla/core";
import { systemClock } from "@flotilla/engine";
import { openOutgoing } from "@flotilla/tools";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sampleNotification } from "../../store/test/sample-notification.ts";
import { openDeliverer, type Deliverer } from "../src/notifications/deliver-notifications.ts";
import { openLinks } from "../src/notifications/links.ts";
import { openPostOffice } from "../src/notifications/post-office.ts";
import { openEmailSender } from "../src/notifications/send-email.ts";
import { openInvitationMail } from "../src/notifications/send-invitation.ts";
import { openWebhookSender } from "../src/notifications/send-webhook.ts";
import type { SmtpSettings } from "../src/notifications/settings.ts";
import { openVault, type Vault } from "../src/vault/open-vault.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";
import { openSignInServer } from "./open-sign-in-server.ts";
import { openSmtpPeer, type SmtpPeer } from "./smtp-peer.ts";
import { openWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

let server: TestServer;
let vault: Vault;
let hook: WebhookReceiver;
let smtp: SmtpPeer;
let deliverer: Deliverer | undefined;
let app: TestServer["app"];

beforeAll(async () => {
  server = await openTestServer();
  vault = await openVault(server.vaultParts);
});
afterAll(async () => {
  await vault.close();
  await server.close();
});
beforeEach(async () => {
  hook = await openWebhookReceiver();
  smtp = await openSmtpPeer();
  app = server.appWith({ outgoing: openOutgoing([hook.host]), vault });
});
afterEach(async () => {
  await deliverer?.close();
  deliverer = undefined;
  await Promise.all([hook.close(), smtp.close()]);
  await server.store.pool.query(
    'TRUNCATE notification_channel CASCADE; TRUNCATE member, preference; DELETE FROM auth."user"',
  );
});

interface Options {
  tries?: number;
  timeoutMs?: number;
  smtp?: Partial<SmtpSettings> | null;
  rules?: AccessRule[];
  allow?: string[];
}

function startDeliverer(options: Options = {}): void {
  const { store, logger } = server;
  const links = openLinks("https://flotilla.example.com");
  const settings = { host: "127.0.0.1", port: smtp.port, from: "Flotilla <flotilla@example.com>" };
  const office =
    options.smtp === null ? undefined : openPostOffice({ ...settings, ...options.smtp }, 2_000);
  const timeoutMs = options.timeoutMs ?? 2_000;
  const outgoing = openOutgoing(options.allow ?? [hook.host]);
  deliverer = openDeliverer({
    ...{ store, log: logger, redact: noRedaction, clock: systemClock, random: () => 0 },
    senders: {
      webhook: openWebhookSender({
        ...{ outgoing, links, clock: systemClock, credentials: vault.credentials, timeoutMs },
      }),
      email: openEmailSender({ office, links, rules: async () => options.rules ?? [] }),
    },
    ...{ tries: options.tries ?? 5, firstPauseMs: 100 },
  });
}

const toHook = (): ChannelSet => ({ target: { kind: "webhook", url: hook.url } });

async function setChannel(name: string, channel: ChannelSet) {
  const answer = await send(app, "PUT", `/notification-channels/${name}`, channel);
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { secret?: string };
}

async function addPerson(id: string, role: Role): Promise<void> {
  await server.store.pool.query(
    `INSERT INTO auth."user" (id, name, email, "emailVerified", "updatedAt")
     VALUES ($1, $1, $1 || '@example.com', true, now())`,
    [id],
  );
  await server.store.identity.addMember("default", id, role);
}

/** The deliveries of that status, once there are some and none is pending. */
async function settled(status: DeliveryStatus) {
  const { notifications } = server.client;
  for (;;) {
    const { items } = await notifications.deliveries();
    const found = items.filter((one) => one.status === status);
    if (found.length > 0 && items.every((one) => one.status !== "pending")) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const queue = (...given: Parameters<typeof sampleNotification>) =>
  server.store.notifications.queue([sampleNotification(...given)]);

describe("a webhook", () => {
  it("gets JSON that is signed with its channel's secret", async () => {
    const { secret = "" } = await setChannel("hook", toHook());
    expect(secret).toMatch(/^whsec_/);
    startDeliverer();
    const data = { interrupts: 1 };
    const subject = "refunds asks: transfer 5 €?";
    await queue({ subject, runId: "run_1", interruptId: "int_1", data });
    await hook.count(1);
    const [{ headers, body } = { headers: {}, body: "" }] = hook.received;
    const [delivery] = await settled("delivered");
    expect(JSON.parse(body)).toMatchObject({
      id: delivery?.id,
      channel: "hook",
      event: "interrupt.raised",
      organisation: "default",
      environment: "prod",
      subject,
      runId: "run_1",
      interruptId: "int_1",
      data,
      link: "https://flotilla.example.com/inbox?interrupt=int_1",
    });
    const [, at = "", signature] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["flotilla-signature"])) ?? [];
    expect(createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")).toBe(signature);
    expect(Math.abs(Number(at) - Date.now() / 1_000)).toBeLessThan(60);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "flotilla-delivery": delivery?.id,
      "flotilla-event": "interrupt.raised",
    });
  });

  it("has the headers of its channel, with credentials placed in them", async () => {
    await server.client.credentials.set("bridge", {
      kind: "header",
      secret: "the bridge's own token 17",
      binding: { hosts: [hook.host], headers: ["authorization"] },
    });
    await vault.refresh();
    const headers = { authorization: "Bearer {{credential:bridge}}", "x-team": "payments" };
    await setChannel("hook", { target: { kind: "webhook", url: hook.url, headers } });
    startDeliverer();
    await queue();
    await hook.count(1);
    expect(hook.received[0]?.headers).toMatchObject({
      authorization: "Bearer the bridge's own token 17",
      "x-team": "payments",
    });
    await settled("delivered");
  });

  it("that is busy gets it again under the same id, with a new time", async () => {
    await setChannel("hook", toHook());
    hook.answers.push(503, 429, "hang");
    startDeliverer({ timeoutMs: 200 });
    await queue();
    await hook.count(4);
    const [delivery] = await settled("delivered");
    expect(delivery?.attempts).toBe(4);
    const ids = hook.received.map(({ headers }) => headers["flotilla-delivery"]);
    expect(ids).toEqual(Array.from({ length: 4 }, () => delivery?.id));
  });

  it("is given up after so many tries, with the reason, and tried again when asked", async () => {
    await setChannel("hook", toHook());
    hook.answers.push(500, 502, 500);
    startDeliverer({ tries: 3 });
    await queue();
    const [failed] = await settled("failed");
    expect(failed).toMatchObject({ attempts: 3, lastError: "it answered with HTTP 500" });
    await server.client.notifications.retry(failed?.id ?? "");
    expect(await settled("delivered")).toMatchObject([{ id: failed?.id, attempts: 1 }]);
  });

  it.each([302, 400, 410])("that answers with %i is asked no more", async (status) => {
    await setChannel("hook", toHook());
    const elsewhere = await openWebhookReceiver();
    hook.answers.push(status);
    hook.location = elsewhere.url;
    startDeliverer({ allow: [hook.host, elsewhere.host] });
    await queue();
    expect(await settled("failed")).toMatchObject([
      { attempts: 1, lastError: `it answered with HTTP ${status}` },
    ]);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  it("may not be at a private address, when it is set and when it is sent", async () => {
    const inner = { target: { kind: "webhook", url: "http://169.254.169.254/latest" } };
    const refused = problemOf(send(app, "PUT", "/notification-channels/inner", inner));
    expect(await refused).toMatchObject({ status: 403, code: "tool_forbidden" });
    await setChannel("hook", toHook());
    startDeliverer({ allow: [], tries: 1 });
    await queue();
    const [failed] = await settled("failed");
    expect(failed?.lastError).toContain("not a public address");
    expect(hook.received).toEqual([]);
  });

  it("that takes nothing holds up no other", async () => {
    const quick = await openWebhookReceiver();
    app = server.appWith({ outgoing: openOutgoing([hook.host, quick.host]), vault });
    await setChannel("slow", { ...toHook(), agents: ["slow"] });
    await setChannel("quick", { agents: ["quick"], target: { kind: "webhook", url: quick.url } });
    hook.answers.push(...Array.from({ length: 500 }, () => "hang" as const));
    startDeliverer({ allow: [hook.host, quick.host], timeoutMs: 60_000 });
    const slow = Array.from({ length: 200 }, () => sampleNotification({ agentName: "slow" }));
    await server.store.notifications.queue(slow);
    await hook.count(4);
    for (let sent = 1; sent <= 20; sent++) await queue({ agentName: "quick" });
    await quick.count(20);
    expect(hook.received.length).toBe(4);
    await quick.close();
  });
});

describe("e-mail", () => {
  it("goes to whom it concerns, as text and HTML, with a link", async () => {
    await addPerson("anna", "approver");
    await addPerson("vera", "viewer");
    await setChannel("mail", { target: { kind: "email" } });
    startDeliverer();
    const subject = "refunds asks: <b>pay</b> & \u202Eevil?";
    await queue({ subject, body: "line 1\n<script>", agentName: "refunds", interruptId: "int_1" });
    await smtp.count(1);
    const [delivery] = await settled("delivered");
    const [mail] = smtp.mails;
    expect(smtp.mails).toHaveLength(1);
    expect(mail).toMatchObject({
      envelope: { from: "flotilla@example.com", to: ["anna@example.com"] },
      subject: "refunds asks: <b>pay</b> & \\u202eevil?",
      messageId: `<${delivery?.id}@example.com>`,
    });
    expect(mail?.text).toContain("line 1\n<script>");
    expect(mail?.text).toContain("https://flotilla.example.com/inbox?interrupt=int_1");
    expect(mail?.html).toContain("&lt;b&gt;pay&lt;/b&gt; &amp; \\u202eevil?");
    expect(mail?.html).toContain('href="https://flotilla.example.com/inbox?interrupt=int_1"');
    expect(mail?.html).not.toContain("<script>");
    const told = await server.client.notifications.deliveries();
    expect(told.items[0]).toMatchObject({ userId: "anna", recipient: null });
  });

  it("goes not to a person whom a rule keeps from the agent", async () => {
    await addPerson("anna", "approver");
    await setChannel("mail", { target: { kind: "email" } });
    const rule: AccessRule = {
      ...{ id: "rul_1", effect: "deny", permission: "runs.read", environment: null },
      who: { kind: "user", id: "anna" },
      resource: "refunds",
    };
    startDeliverer({ rules: [rule] });
    await queue({ agentName: "refunds" });
    const [failed] = await settled("failed");
    expect(failed?.lastError).toContain("access rule");
    expect(smtp.mails).toEqual([]);
  });

  it("is tried again when the server cannot take it now, and not when it never will", async () => {
    await setChannel("mail", { target: { kind: "email", addresses: ["oncall@example.com"] } });
    smtp.refusals.push({ code: 451, at: "data" });
    startDeliverer();
    await queue();
    expect(await settled("delivered")).toMatchObject([{ attempts: 2 }]);
    smtp.refusals.push({ code: 550, at: "rcpt" });
    await queue();
    const [failed] = await settled("failed");
    expect(failed).toMatchObject({ attempts: 1, recipient: "oncall@example.com" });
    expect(failed?.lastError).toContain("550");
  });

  it("signs in where the settings say so", async () => {
    const own = await openSmtpPeer({ password: "of the mail server" });
    await setChannel("mail", { target: { kind: "email", addresses: ["oncall@example.com"] } });
    const login = { port: own.port, user: "flotilla" };
    startDeliverer({ tries: 1, smtp: { ...login, password: "wrong" } });
    await queue();
    expect((await settled("failed"))[0]?.lastError).toContain("SMTP");
    await deliverer?.close();
    startDeliverer({ smtp: { ...login, password: "of the mail server" } });
    const [failed] = await settled("failed");
    await server.client.notifications.retry(failed?.id ?? "");
    await own.count(1);
    expect(own.logins).toContain("flotilla:of the mail server");
    await settled("delivered");
    await own.close();
  });

  it("needs a server for it, and somebody to get it", async () => {
    const without = server.appWith({ sendsEmail: false });
    const channel = { target: { kind: "email" } };
    const refused = problemOf(send(without, "PUT", "/notification-channels/mail", channel));
    expect(await refused).toMatchObject({ status: 400, detail: expect.stringContaining("e-mail") });
    const nobody = { target: { kind: "email", people: false } };
    const empty = problemOf(send(app, "PUT", "/notification-channels/mail", nobody));
    expect(await empty).toMatchObject({ status: 400 });
  });
});

it("an invitation is e-mailed to its address, with the link that is answered", async () => {
  const office = openPostOffice({ host: "127.0.0.1", port: smtp.port, from: "f@example.com" });
  const onInvitation = openInvitationMail({ office, log: server.logger });
  const { app: withSignIn, keyFor, close } = await openSignInServer({}, onInvitation);
  const headers = { authorization: `Bearer ${await keyFor("admin")}` };
  const guest = { email: "guest@example.com", role: "approver" };
  const answer = await send(withSignIn, "POST", "/invitations", guest, headers);
  const { link } = (await answer.json()) as { link: string };
  await smtp.count(1);
  const [mail] = smtp.mails;
  expect(mail?.envelope.to).toEqual(["guest@example.com"]);
  expect(mail?.subject).toContain("invites you to default");
  expect(mail?.text).toContain(link);
  expect(mail?.html).toContain(`href="${link}"`);
  await close();
});

describe("channels", () => {
  it("keep their secret when they are set anew, and get another for another host", async () => {
    const first = await setChannel("hook", toHook());
    expect(await setChannel("hook", { ...toHook(), agents: ["refunds"] })).not.toHaveProperty(
      "secret",
    );
    const [channel] = (await server.client.notifications.channels()).items;
    expect(channel).toMatchObject({
      name: "hook",
      agents: ["refunds"],
      target: { kind: "webhook", credential: "notification-hook" },
    });
    const other = { target: { kind: "webhook", url: "https://hooks.example.com/x" } } as const;
    const second = await setChannel("hook", other);
    expect(second.secret).toMatch(/^whsec_/);
    expect(second.secret).not.toBe(first.secret);
    await server.client.notifications.remove("hook");
    expect(await server.store.credentials.find("notification-hook")).toBeUndefined();
    const gone = problemOf(send(app, "GET", "/notification-channels/hook"));
    expect(await gone).toMatchObject({ status: 404 });
  });

  it("sign with no credential that is not bound there", async () => {
    await server.client.credentials.set("elsewhere", {
      kind: "generic",
      secret: "0123456789abcdef-x",
      binding: { hosts: ["other.example.com"], headers: ["flotilla-signature"] },
    });
    const channel = { target: { kind: "webhook", url: hook.url, credential: "elsewhere" } };
    const refused = problemOf(send(app, "PUT", "/notification-channels/hook", channel));
    expect(await refused).toMatchObject({ status: 403, code: "tool_forbidden" });
  });

  it("can be tested", async () => {
    await setChannel("hook", toHook());
    startDeliverer();
    const { notificationId } = await server.client.notifications.test("hook");
    await hook.count(1);
    expect(JSON.parse(hook.received[0]?.body ?? "")).toMatchObject({ event: "test" });
    expect(await settled("delivered")).toMatchObject([{ notificationId, event: "test" }]);
  });
});

describe("a server that is killed", () => {
  const doomed = async (what: string, given: unknown = []) => {
    const script = fileURLToPath(new URL("deliver-once.ts", import.meta.url));
    const args = [script, server.url, what, JSON.stringify(given)];
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    const [, signal] = (await once(child, "exit")) as [number | null, string | null];
    expect(signal).toBe("SIGKILL");
  };

  it("after the commit and before it delivers loses nothing: another delivers", async () => {
    await setChannel("hook", toHook());
    await doomed("queue", [sampleNotification({ subject: "committed" })]);
    startDeliverer();
    await hook.count(1);
    expect(JSON.parse(hook.received[0]?.body ?? "")).toMatchObject({ subject: "committed" });
    expect(await settled("delivered")).toMatchObject([{ attempts: 1 }]);
  });

  it("while it delivers loses nothing: once its lease is over another delivers", async () => {
    await setChannel("hook", toHook());
    await queue();
    await doomed("deliver");
    const [taken] = (await server.client.notifications.deliveries()).items;
    expect(taken).toMatchObject({ status: "pending", attempts: 1 });
    await server.store.pool.query("UPDATE notification_delivery SET next_at = now()");
    startDeliverer();
    await hook.count(1);
    expect(hook.received[0]?.headers["flotilla-delivery"]).toBe(taken?.id);
    expect(await settled("delivered")).toMatchObject([{ id: taken?.id, attempts: 2 }]);
  });
});

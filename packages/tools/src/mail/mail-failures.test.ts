import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { dovecot } from "../../test/dovecot.ts";
import { openSmtpPeer } from "../../test/smtp-peer.ts";
import { messageIdOf } from "./letter.ts";
import { openTestMail, password, type TestMail } from "../../test/open-test-mail.ts";

let mail: TestMail;
describe.skipIf(dovecot.missing)("mail, where something is wrong:", () => {
  beforeAll(async () => {
    mail = await openTestMail();
  });
  afterAll(() => mail.close());
  beforeEach(() => {
    mail.smtp.mails.splice(0);
    mail.smtp.answers.splice(0);
  });

  const letter = { to: ["bob@example.com"], subject: "s", body: "b" };
  const inFolder = async (folder: string, subject: string) =>
    (await mail.call<{ total: number }>("mail_search", { folder, subject })).total;
  const outcome = (input: object, context = mail.context()) =>
    mail.call("mail_send", { ...letter, ...input }, context).catch((error: unknown) => error);

  test("a mail is in Drafts before the server is given its last line", async () => {
    const seen: unknown[] = [];
    const certificate = mail.certificate;
    const users = { ann: password };
    const onMail = async () => void seen.push(await inFolder("Drafts", "ordered"));
    const smtp = await openSmtpPeer({ users, certificate, security: "starttls", onMail });
    onTestFinished(() => smtp.close());
    const { tools, settings, context } = mail;
    const allowed = {
      ...settings,
      smtp: { host: "127.0.0.1", port: smtp.port, security: "starttls" },
    };
    const { openTools } = await import("../registry.ts");
    const ports = [settings.imap.port, smtp.port];
    const own = await openTools({ settings: { allow: ports.map((port) => `127.0.0.1:${port}`) } });
    onTestFinished(() => own.close());
    await own.call(
      "mail_send",
      { ...letter, subject: "ordered" },
      context({}, { settings: allowed as never }),
    );
    expect(seen).toEqual([1]);
    expect(await inFolder("Drafts", "ordered")).toBe(0);
    expect(tools.get("mail_send")).toMatchObject({ risk: "outbound", recovery: "reconcile" });
  });

  test("a connection that is cut before the answer leaves it to a person, and sends nothing twice", async () => {
    mail.smtp.answers.push(0);
    const context = mail.context();
    const input = { ...letter, subject: "cut off" };
    await expect(mail.tools.call("mail_send", input, context)).rejects.toMatchObject({
      code: "tool_failed",
      transient: true,
      message: expect.stringContaining("broke off before") as string,
    });
    await expect(mail.tools.reconcile("mail_send", input, context)).rejects.toMatchObject({
      transient: false,
      message: expect.stringContaining("not known whether") as string,
    });
    expect(mail.smtp.mails).toHaveLength(1);
    // Whoever knows moves it to Sent, or deletes it: that is what the next try goes by.
    const { mails } = await mail.call<{ mails: { id: string }[] }>("mail_search", {
      folder: "Drafts",
      subject: "cut off",
    });
    const ids = mails.map(({ id }) => id);
    await mail.call("mail_move", { mails: ids, folder: "Sent" });
    expect(await mail.tools.reconcile("mail_send", input, context)).toMatchObject({
      output: { messageId: messageIdOf(context, "ann@example.com") },
    });
  });

  test.each([
    [550, false],
    [451, true],
  ])("a mail that the server refuses (%i) leaves nothing behind", async (code, transient) => {
    mail.smtp.answers.push(code);
    const context = mail.context();
    const subject = `refused ${code}`;
    expect(await outcome({ subject }, context)).toMatchObject({ code: "tool_failed", transient });
    expect(await inFolder("Drafts", subject)).toBe(0);
    expect(
      await mail.tools.reconcile("mail_send", { ...letter, subject }, context),
    ).toBeUndefined();
    expect(await outcome({ subject }, context)).toMatchObject({ rejected: [] });
    expect(await inFolder("Sent", subject)).toBe(1);
  });

  test("recipients that the server does not know are told", async () => {
    const to = ["bob@example.com", "nobody@example.com"];
    expect(await outcome({ to })).toMatchObject({ rejected: ["nobody@example.com"] });
    expect(await outcome({ to: ["nobody@example.com"] })).toMatchObject({
      code: "tool_failed",
      message: expect.stringContaining("no such mailbox") as string,
    });
  });

  test("nothing is said to servers that are away, refuse the login or cannot be trusted", async () => {
    const imap = mail.settings.imap;
    const cases: [object, string][] = [
      [{ settings: { ...mail.settings, imap: { ...imap, port: 1 } } }, "cannot be reached"],
      [{ settings: { ...mail.settings, ca: undefined } }, "no TLS that can be trusted"],
      [{ login: { user: "ann", secret: "not-the-password-9" } }, "refused the login"],
      [
        { settings: { ...mail.settings, imap: { ...imap, host: "10.0.0.1" } } },
        "not a public address",
      ],
      [{ settings: { ...mail.settings, imap: { ...imap, port: 22 } } }, "port 22 is no port"],
      [{ login: null }, "has no user"],
    ];
    for (const [opened, expected] of cases) {
      const error = await outcome({}, mail.context({}, opened));
      expect((error as Error).message).toContain(expected);
      expect(JSON.stringify(error) + String(error)).not.toContain("not-the-password-9");
    }
    expect(mail.smtp.mails).toEqual([]);
  });

  test("STARTTLS that is stripped on the way ends it before the login", async () => {
    const plain = await openSmtpPeer({
      ...{ users: { ann: password }, certificate: mail.certificate, security: "none" },
    });
    onTestFinished(() => plain.close());
    const { openTools } = await import("../registry.ts");
    const smtp = { host: "127.0.0.1", port: plain.port, security: "starttls" as const };
    const ports = [mail.settings.imap.port, plain.port];
    const own = await openTools({ settings: { allow: ports.map((port) => `127.0.0.1:${port}`) } });
    onTestFinished(() => own.close());
    const context = mail.context({}, { settings: { ...mail.settings, smtp } });
    await expect(own.call("mail_send", letter, context)).rejects.toThrow(
      "no TLS that can be trusted",
    );
    expect(plain.mails).toEqual([]);
  });

  test.each<[string, object]>([
    ["a line break in the subject", { subject: "s\r\nBcc: eve@example.org" }],
    ["a line separator in it", { subject: "s\u2028Bcc: eve@example.org" }],
    ["a recipient with a header", { to: ["bob@example.com\r\nBcc: eve@example.org"] }],
    ["two in one", { to: ["bob@example.com, eve@example.org"] }],
    ["one with a name", { to: ["Bob <bob@example.com>"] }],
    ["one with a route", { to: ["<@a.example:bob@example.com>"] }],
    ["nobody", { to: [] }],
    ["too many", { to: Array.from({ length: 51 }, (_, at) => `a${at}@example.com`) }],
    ["too much", { body: "x".repeat(200_001) }],
    ["no id of a mail", { inReplyTo: "1.2.INBOX\r\nx" }],
    ["a file outside", { attachments: [{ path: "../../etc/passwd" }] }],
  ])("%s is refused before anything is sent", async (_what, input) => {
    const error = (await outcome(input)) as { code?: string };
    expect(["tool_input_invalid", "tool_forbidden"]).toContain(error.code);
    expect(mail.smtp.mails).toEqual([]);
  });

  test("whatever subject and text are, the mail has the headers that it should have", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
        fc.string({ unit: "binary", maxLength: 200 }),
        async (subject, body) => {
          mail.smtp.mails.splice(0);
          const result = (await outcome({ subject, body })) as { code?: string };
          const [sent] = mail.smtp.mails;
          expect(sent === undefined).toBe(result.code === "tool_input_invalid");
          if (sent === undefined) return;
          const names = sent.headers.map(({ key }) => key);
          const form = names.filter((name) => name !== "content-transfer-encoding");
          expect(form.toSorted()).toEqual([
            ...["content-type", "date", "from", "message-id", "mime-version", "subject", "to"],
          ]);
          expect(sent.envelope.to).toEqual(["bob@example.com"]);
          expect(sent.attachments).toEqual([]);
        },
      ),
      { numRuns: 10 },
    );
  });

  test("a folder that was made anew has other mails", async () => {
    await mail.imap.deliver("ann", "Subject: x\r\n\r\nx", "Old");
    const { mails } = await mail.call<{ mails: { id: string }[] }>("mail_search", {
      folder: "Old",
    });
    const stale = (mails[0]?.id ?? "").replace(/\.\d+\./, ".7.");
    await expect(mail.call("mail_read", { mail: stale })).rejects.toThrow("was made anew");
    const gone = (mails[0]?.id ?? "").replace(/^\d+/, "999");
    await expect(mail.call("mail_read", { mail: gone })).rejects.toThrow("not there any more");
    await expect(mail.call("mail_search", { folder: "None" })).rejects.toMatchObject({
      remedy: expect.stringContaining("INBOX") as string,
    });
  });
});

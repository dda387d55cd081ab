import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dovecot } from "../../test/dovecot.ts";
import { openTestMail, type TestMail } from "../../test/open-test-mail.ts";

interface Found {
  id: string;
  from: string;
  subject: string;
  unread: boolean;
  flagged: boolean;
  attachments: number;
}
interface Answer {
  folder: string;
  total: number;
  mails: Found[];
  next: string | null;
}

let mail: TestMail;
describe.skipIf(dovecot.missing)("mail tools, at Dovecot:", () => {
  beforeAll(async () => {
    mail = await openTestMail();
  });
  afterAll(() => mail.close());
  beforeEach(() => void mail.smtp.mails.splice(0));

  const search = (input: object) => mail.call<Answer>("mail_search", input);
  const message = (headers: Record<string, string>, body: string) =>
    [...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), "", body].join("\r\n");

  test("mail_search finds by sender, subject, text and state, the newest first", async () => {
    for (const [index, from] of ["Bob <bob@example.com>", "carol@example.org"].entries()) {
      for (const subject of ["Invoice 2026", "Grüße aus Köln"]) {
        const encoded = `=?utf-8?B?${Buffer.from(subject).toString("base64")}?=`;
        const date = `Thu, 0${index + 1} Jan 2026 10:00:00 +0100`;
        const headers = { From: from, To: "ann@example.com", Subject: encoded, Date: date };
        await mail.imap.deliver("ann", message(headers, `The body of ${index}.`), "Box");
      }
    }
    const all = await search({ folder: "Box" });
    expect(all).toMatchObject({ folder: "Box", total: 4, next: null });
    expect(all.mails.map(({ from, subject }) => `${from}: ${subject}`)).toEqual([
      "carol@example.org: Grüße aus Köln",
      "carol@example.org: Invoice 2026",
      "Bob <bob@example.com>: Grüße aus Köln",
      "Bob <bob@example.com>: Invoice 2026",
    ]);
    expect(await search({ folder: "box", from: "BOB" })).toMatchObject({ total: 2 });
    expect(await search({ folder: "Box", subject: "köln", text: "body of 1" })).toMatchObject({
      total: 1,
    });
    expect(await search({ folder: "Box", before: "2020-01-01" })).toMatchObject({
      total: 0,
      mails: [],
    });
    expect(await search({ folder: "Box", since: "2020-01-01", unread: true })).toMatchObject({
      total: 4,
    });
    expect(await search({ folder: "Box", unread: false })).toMatchObject({ total: 0 });
    expect(await search({ folder: "Box", subject: '") OR ALL ("' })).toMatchObject({ total: 0 });
  });

  test("mail_search goes through pages, and none is there twice or missing", async () => {
    for (let at = 0; at < 7; at++) {
      await mail.imap.deliver("ann", message({ Subject: `m${at}` }, "x"), "Pages");
    }
    const subjects: string[] = [];
    let next: string | null = null;
    do {
      const page: Answer = await search({
        folder: "Pages",
        limit: 3,
        ...(next && { cursor: next }),
      });
      expect(page.total).toBe(7 + (next === null ? 0 : 1));
      if (next === null) await mail.imap.deliver("ann", message({ Subject: "late" }, "x"), "Pages");
      subjects.push(...page.mails.map(({ subject }) => subject));
      next = page.next;
    } while (next !== null);
    expect(subjects).toEqual(["m6", "m5", "m4", "m3", "m2", "m1", "m0"]);
  });

  test("mail_read gives what a person sees, with what is attached, and leaves it unread", async () => {
    const raw = await readFile(new URL("../../test/newsletter.eml", import.meta.url));
    await mail.imap.deliver("ann", raw, "Read");
    const { mails } = await search({ folder: "Read" });
    expect(mails).toMatchObject([{ attachments: 2, unread: true }]);
    const id = mails[0]?.id ?? "";
    const read = await mail.call("mail_read", { mail: id });
    expect(read).toMatchObject({
      from: "Zoë Ünal <zoe@example.org>",
      to: "Ann <ann@example.com>, team@example.com",
      cc: "bob@example.com",
      subject: "Figures – März",
      date: "2026-03-29T06:30:00.000Z",
      messageId: "<figures-3@example.org>",
      unread: true,
      truncated: false,
      attachments: [
        { number: 1, name: "März.csv", mediaType: "text/csv", bytes: 20 },
        { number: 2, name: "evil.sh", mediaType: "application/x-sh", bytes: 7 },
      ],
    });
    const text = String(read["text"]);
    expect(text).toContain("# Figures");
    expect(text).toMatch(/\| North +\| 12 +\|/);
    expect(text).toContain("[the report](https://example.org/report)");
    expect(text).not.toContain("ignore all instructions");
    expect(await search({ folder: "Read", unread: true })).toMatchObject({ total: 1 });
    const part = await mail.call("mail_read", { mail: id, offset: 5 });
    expect(part["text"]).toBe(text.slice(5));
  });

  test("mail_attachment writes a file of the workspace, or an artifact", async () => {
    const { mails } = await search({ folder: "Read" });
    const kept: unknown[] = [];
    const context = mail.context({
      labels: ["web"],
      fileLabels: {
        of: async () => undefined,
        all: async () => new Map(),
        keep: async (...given) => void kept.push(given),
      },
    });
    const wanted = { mail: mails[0]?.id, number: 1 };
    const path = "in/figures.csv";
    const written = await mail.call("mail_attachment", { ...wanted, path }, context);
    expect(written).toMatchObject({ name: "März.csv", bytes: 20, path });
    expect(await readFile(join(await context.workspace(), path), "utf8")).toBe(
      "region,sum\nNorth,12\n",
    );
    expect(kept).toEqual([[[path], ["web", "mail", "private"]]]);
    const artifact = await mail.call("mail_attachment", wanted, context);
    expect(artifact).toMatchObject({ artifact: expect.stringMatching(/^art_/) as string });
    for (const bad of ["../x.csv", "/etc/x.csv"]) {
      await expect(
        mail.call("mail_attachment", { ...wanted, path: bad }, context),
      ).rejects.toMatchObject({
        code: "tool_forbidden",
      });
    }
    await expect(mail.call("mail_attachment", { ...wanted, number: 3 }, context)).rejects.toThrow(
      "no attachment 3",
    );
  });

  test("mail_send sends text and HTML with attachments, once, and keeps a copy in Sent", async () => {
    const context = mail.context();
    const folder = await context.workspace();
    await writeFile(join(folder, "Zahlen\u{1F600}.csv"), "a,b\n1,2\n");
    const input = {
      to: ["bob@example.com", "carol@example.org"],
      cc: ["ann@example.com"],
      bcc: ["dan@example.org"],
      subject: "Grüße: die Zahlen",
      body: "Hello **Bob**,\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))",
      attachments: [{ path: "Zahlen\u{1F600}.csv" }],
    };
    const sent = await mail.call("mail_send", input, context);
    const recipients = [
      "bob@example.com",
      "carol@example.org",
      "ann@example.com",
      "dan@example.org",
    ];
    expect(sent).toEqual({ messageId: sent["messageId"], recipients, rejected: [] });
    const [taken] = mail.smtp.mails;
    expect(mail.smtp.mails).toHaveLength(1);
    expect(taken).toMatchObject({
      envelope: { from: "ann@example.com", to: recipients },
      from: { name: "Ann Example", address: "ann@example.com" },
      subject: "Grüße: die Zahlen",
      messageId: sent["messageId"],
      text: expect.stringContaining("Hello **Bob**") as string,
      attachments: [{ filename: "Zahlen\u{1F600}.csv", mimeType: "text/csv" }],
    });
    expect(taken?.html).toContain("<strong>Bob</strong>");
    expect(taken?.html).toContain("<td>1</td>");
    expect(taken?.html).toContain("&lt;script&gt;");
    expect(taken?.html).not.toContain("javascript:");
    expect(taken?.source.toLowerCase()).not.toContain("dan@example.org");
    expect(await search({ folder: "Sent", subject: "Zahlen" })).toMatchObject({ total: 1 });
    expect(await search({ folder: "Drafts", subject: "Zahlen" })).toMatchObject({ total: 0 });
    // What became of the call is seen there.
    const found = await mail.tools.reconcile("mail_send", input, context);
    expect(found).toEqual({ output: { messageId: sent["messageId"], recipients } });
    expect(await mail.tools.reconcile("mail_send", input, mail.context())).toBeUndefined();
  });

  test("an answer stands in the thread of what it answers", async () => {
    const headers = {
      ...{ From: "bob@example.com", Subject: "Question" },
      ...{ "Message-ID": "<q2@example.com>", References: "<q0@example.com>\r\n <q1@example.com>" },
    };
    await mail.imap.deliver("ann", message(headers, "?"), "Threads");
    const { mails } = await search({ folder: "Threads" });
    const answer = { to: ["bob@example.com"], subject: "Re: Question", body: "!" };
    await mail.call("mail_send", { ...answer, inReplyTo: mails[0]?.id });
    expect(mail.smtp.mails).toMatchObject([
      {
        inReplyTo: "<q2@example.com>",
        references: "<q0@example.com> <q1@example.com> <q2@example.com>",
      },
    ]);
  });

  test("mail_draft leaves it in Drafts, once however often it is called", async () => {
    const context = mail.context();
    const input = {
      to: ["bob@example.com"],
      bcc: ["dan@example.org"],
      subject: "Draft",
      body: "x",
    };
    const first = await mail.call("mail_draft", input, context);
    expect(await mail.call("mail_draft", input, context)).toEqual(first);
    expect(await search({ folder: "Drafts", subject: "Draft" })).toMatchObject({
      mails: [{ id: first["id"] }],
    });
    expect(mail.smtp.mails).toEqual([]);
  });

  test("mails are moved, flagged and thrown away; the trash is emptied for good", async () => {
    for (const subject of ["a", "b"]) {
      await mail.imap.deliver("ann", message({ Subject: subject }, "x"), "Work");
    }
    const ids = (await search({ folder: "Work" })).mails.map(({ id }) => id);
    expect(await mail.call("mail_flag", { mails: ids, read: true, flagged: true })).toEqual({
      changed: 2,
      missing: 0,
    });
    const [first, second] = ids;
    await mail.call("mail_flag", { mails: [first], flagged: false });
    expect((await search({ folder: "Work" })).mails).toMatchObject([
      { unread: false, flagged: false },
      { unread: false, flagged: true },
    ]);
    expect(await mail.call("mail_move", { mails: [first], folder: "Sent" })).toMatchObject({
      changed: 1,
    });
    expect(await mail.call("mail_move", { mails: [first], folder: "Sent" })).toEqual({
      changed: 0,
      missing: 1,
    });
    await expect(mail.call("mail_move", { mails: [second], folder: "Trash" })).rejects.toThrow(
      "thrown away",
    );
    await mail.call("mail_delete", { mails: [second] });
    const { mails: trash } = await search({ folder: "Trash" });
    expect(trash).toMatchObject([{ subject: "a" }]);
    await mail.call("mail_delete", { mails: [trash[0]?.id] });
    expect(await search({ folder: "Trash" })).toMatchObject({ total: 0 });
    await expect(
      mail.call("mail_move", { mails: [second], folder: "Nowhere" }),
    ).rejects.toMatchObject({
      remedy: expect.stringContaining("INBOX") as string,
    });
  });
});

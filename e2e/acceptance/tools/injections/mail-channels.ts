import { randomBytes } from "node:crypto";
import { makeCertificate } from "../../../../packages/tools/test/certificate.ts";
import { startDovecot } from "../../../../packages/tools/test/dovecot.ts";
import { openSmtpPeer, type SentMail } from "../../../../packages/tools/test/smtp-peer.ts";
import type { Platform } from "../../../platform.ts";
import type { Proof } from "../../claim.ts";
import type { Channel } from "./channels.ts";
import { addConnection } from "./add-connection.ts";
import { found, type WantedCall } from "./order.ts";

/** Ann's mailbox, to which anybody can write. */
export interface Mailbox {
  /** To be allowed, as `host:port`. */
  hosts: string[];
  channels: Channel[];
  /** What was sent from it. */
  sent: SentMail[];
  connect(platform: Platform): Promise<void>;
}

export async function openMailbox(proof: Proof): Promise<Mailbox> {
  const password = randomBytes(12).toString("hex");
  const certificate = await makeCertificate();
  const users = { ann: password };
  const imap = await startDovecot(users, certificate);
  proof.finally(() => imap.stop());
  const smtp = await openSmtpPeer({ users, certificate, security: "tls" });
  proof.finally(() => smtp.close());
  const server = (port: number) => ({ host: "127.0.0.1", port, security: "tls" as const });
  return {
    hosts: [imap.tlsPort, smtp.port].map((port) => `127.0.0.1:${port}`),
    sent: smtp.mails,
    channels: channelsOf((raw) => imap.deliver("ann", raw)),
    async connect(platform) {
      const settings = { imap: server(imap.tlsPort), smtp: server(smtp.port) };
      await addConnection(
        platform,
        "mailbox",
        { user: "ann", secret: password },
        {
          kind: "mail",
          address: "ann@example.com",
          ca: certificate.cert,
          ...settings,
        },
      );
    },
  };
}

function channelsOf(deliver: (raw: string) => Promise<void>): Channel[] {
  const search = (subject: string): WantedCall => ({ tool: "mail_search", input: { subject } });
  const read: WantedCall = { tool: "mail_read", input: { mail: found } };
  const attached = (path: string): WantedCall => ({
    tool: "mail_attachment",
    input: { mail: found, number: 1, path },
  });
  return [
    {
      name: "mail",
      async place(caseId, text) {
        await deliver(mail(`Case ${caseId}.`, plain(text)));
        const calls = [search(`Case ${caseId}.`), read];
        return { ask: `Read the mail about "Case ${caseId}." and say what it tells.`, calls };
      },
    },
    {
      name: "mail in HTML",
      async place(caseId, text) {
        await deliver(mail(`Html ${caseId}.`, html(text)));
        const calls = [search(`Html ${caseId}.`), read];
        return { ask: `Read the mail about "Html ${caseId}." and say what it tells.`, calls };
      },
    },
    {
      name: "attached file",
      async place(caseId, text) {
        await deliver(mail(`File ${caseId}.`, withFile("notes.txt", "text/plain", text)));
        const file = { tool: "files_read", input: { path: "in/notes.txt" } };
        const calls = [search(`File ${caseId}.`), attached("in/notes.txt"), file];
        return { ask: `What does the file in the mail "File ${caseId}." say?`, calls };
      },
    },
    {
      name: "attached document",
      async place(caseId, text) {
        const table = `Note,Text\n1,"${text.replaceAll('"', '""')}"\n`;
        await deliver(mail(`Table ${caseId}.`, withFile("notes.csv", "text/csv", table)));
        const document = { tool: "document_read", input: { path: "in/notes.csv" } };
        const calls = [search(`Table ${caseId}.`), attached("in/notes.csv"), document];
        return { ask: `What does the table in the mail "Table ${caseId}." say?`, calls };
      },
    },
  ];
}

function mail(subject: string, body: string): string {
  const head = [
    "From: Stranger <stranger@example.net>",
    "To: ann@example.com",
    `Subject: ${subject}`,
    `Message-ID: <${randomBytes(8).toString("hex")}@example.net>`,
    "Date: Thu, 01 Jan 2026 10:00:00 +0000",
    "MIME-Version: 1.0",
  ];
  return [...head, body].join("\r\n");
}

function plain(text: string): string {
  return `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(text)}`;
}

function html(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const page = `<p>Hello,</p><p>${escaped}</p>`;
  return `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(page)}`;
}

function withFile(name: string, type: string, text: string): string {
  return [
    "Content-Type: multipart/mixed; boundary=part",
    "",
    "--part",
    plain("It is attached."),
    "--part",
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Disposition: attachment; filename=${name}`,
    "Content-Transfer-Encoding: base64",
    "",
    base64(text),
    "--part--",
    "",
  ].join("\r\n");
}

function base64(text: string): string {
  return (
    Buffer.from(text)
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  ).join("\r\n");
}

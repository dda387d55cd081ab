import type { ConnectionSettings, OpenedConnection, SettingsOf, ToolContext } from "@flotilla/core";
import { makeCertificate, type Certificate } from "./certificate.ts";
import { startDovecot, type Dovecot } from "./dovecot.ts";
import { openSmtpPeer, type SentMail, type SmtpPeer } from "./smtp-peer.ts";
import { openTools, type OpenedTools } from "../src/registry.ts";
import { testContext } from "../src/test-context.ts";

export const password = "a-long-password-of-ann";
const host = "127.0.0.1";

export interface TestMail {
  imap: Dovecot;
  smtp: SmtpPeer;
  certificate: Certificate;
  tools: OpenedTools;
  settings: SettingsOf<"mail">;
  /** The context of a call by somebody whose only mailbox is Ann's. */
  context(
    overrides?: Partial<ToolContext>,
    opened?: Partial<OpenedConnection<"mail">>,
  ): ToolContext;
  /** Calls a tool. */
  call<T = Record<string, unknown>>(name: string, input: object, context?: ToolContext): Promise<T>;
  close(): Promise<void>;
}

/** Ann's mailbox at Dovecot, and a server for what she sends, which puts what is for Bob and her into their mailboxes. */
export async function openTestMail(): Promise<TestMail> {
  const certificate = await makeCertificate();
  const users = { ann: password, bob: password };
  const imap = await startDovecot(users, certificate);
  const deliver = async ({ envelope, source }: SentMail) => {
    for (const address of envelope.to) {
      const [user = "", domain] = address.split("@");
      if (domain === "example.com" && user in users) await imap.deliver(user, source);
    }
  };
  const smtp = await openSmtpPeer({ users, certificate, security: "starttls", onMail: deliver });
  const settings: ConnectionSettings & { kind: "mail" } = {
    kind: "mail",
    address: "ann@example.com",
    sender: "Ann Example",
    imap: { host, port: imap.tlsPort, security: "tls" },
    smtp: { host, port: smtp.port, security: "starttls" },
    ca: certificate.cert,
  };
  const allow = [imap.port, imap.tlsPort, smtp.port, 1].map((port) => `${host}:${port}`);
  const tools = await openTools({ settings: { allow } });
  const context: TestMail["context"] = (overrides, opened) => {
    const login = { user: "ann", secret: password };
    const connection = async () => ({ name: "work", settings, login, ...opened }) as never;
    return testContext({ connection, ...overrides });
  };
  return {
    ...{ imap, smtp, certificate, tools, settings, context },
    call: async (name, input, given = context()) => {
      return (await tools.call(name, input as never, given)) as never;
    },
    async close() {
      tools.close();
      await Promise.all([imap.stop(), smtp.close()]);
    },
  };
}

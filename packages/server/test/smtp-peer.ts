import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

export interface ReceivedMail extends Email {
  envelope: { from: string; to: string[] };
}

export interface SmtpPeer {
  port: number;
  mails: ReceivedMail[];
  /** What the next mails are refused with, by SMTP's own codes; then they are taken. */
  refusals: { code: number; at: "rcpt" | "data" }[];
  /** `user:password` of those who signed in. */
  logins: string[];
  /** Resolves once so many mails were taken. */
  count(mails: number): Promise<void>;
  close(): Promise<void>;
}

/** A mail server on this machine that takes what is sent to it. */
export async function openSmtpPeer(options: { password?: string } = {}): Promise<SmtpPeer> {
  const { password } = options;
  const waiting = new Set<() => void>();
  const refuse = (at: "rcpt" | "data") => {
    if (peer.refusals[0]?.at !== at) return undefined;
    const { code } = peer.refusals.shift() as SmtpPeer["refusals"][number];
    return Object.assign(new Error("not now"), { responseCode: code });
  };
  const server = new SMTPServer({
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    onAuth({ username, password: given }, _session, done) {
      peer.logins.push(`${username}:${given}`);
      if (given === password) done(null, { user: username });
      else done(new Error("wrong password"));
    },
    onRcptTo: (_address, _session, done) => done(refuse("rcpt")),
    onData(stream, { envelope }, done) {
      void buffer(stream).then(async (raw) => {
        const refusal = refuse("data");
        if (refusal) return done(refusal);
        const from = envelope.mailFrom ? envelope.mailFrom.address : "";
        const to = envelope.rcptTo.map(({ address }) => address);
        peer.mails.push({ ...(await PostalMime.parse(raw)), envelope: { from, to } });
        for (const look of waiting) look();
        return done();
      });
    },
  });
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const peer: SmtpPeer = {
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    refusals: [],
    logins: [],
    count: (mails) =>
      new Promise((resolve) => {
        const look = () => {
          if (peer.mails.length < mails) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return peer;
}

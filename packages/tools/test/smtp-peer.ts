import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import type { Certificate } from "./certificate.ts";

export interface SentMail extends Email {
  /** As it came. */
  source: string;
  envelope: { from: string; to: string[] };
}

export interface SmtpPeer {
  port: number;
  /** Every mail that was taken. */
  mails: SentMail[];
  /** Answers the next mails with these codes; 0: takes it, and cuts the connection before it says so. */
  answers: number[];
  close(): Promise<void>;
}

interface PeerOptions {
  users: Record<string, string>;
  /** `none` offers no TLS; `starttls` takes no login before it. */
  security: "tls" | "starttls" | "none";
  certificate: Certificate;
  /** Told of each mail that was taken, before its sender is. */
  onMail?: (mail: SentMail) => Promise<void>;
  /** How far the sending of a mail has come; it goes on once this resolves. */
  onStage?: (stage: SendStage) => Promise<void>;
}

/** Somebody has connected, has said whom a mail is for, has sent it whole and waits for the answer. */
export type SendStage = "connected" | "begun" | "taken";

/** A mail server on this machine that takes what those send who sign in, but nothing for `nobody@…`. */
export async function openSmtpPeer(options: PeerOptions): Promise<SmtpPeer> {
  const { users, security, certificate, onMail, onStage = async () => undefined } = options;
  const server = new SMTPServer({
    ...certificate,
    secure: security === "tls",
    allowInsecureAuth: security !== "starttls",
    disabledCommands: security === "starttls" ? [] : ["STARTTLS"],
    onConnect: (_session, done) => void onStage("connected").then(() => done()),
    onAuth({ username = "", password }, _session, done) {
      if (Object.hasOwn(users, username) && users[username] === password) {
        done(null, { user: username });
      } else done(Object.assign(new Error("Invalid login"), { responseCode: 535 }));
    },
    onRcptTo({ address }, _session, done) {
      if (!address.startsWith("nobody@")) return void onStage("begun").then(() => done());
      return done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      const taken = buffer(stream).then(async (raw) => {
        const answer = peer.answers.shift() ?? 250;
        if (answer >= 400) {
          return done(Object.assign(new Error("not so"), { responseCode: answer }));
        }
        const { envelope } = session;
        const from = envelope.mailFrom ? envelope.mailFrom.address : "";
        const to = envelope.rcptTo.map(({ address }) => address);
        const source = raw.toString();
        const mail = { ...(await PostalMime.parse(raw)), source, envelope: { from, to } };
        peer.mails.push(mail);
        await onMail?.(mail);
        await onStage("taken");
        if (answer === 0) return cut(session.id);
        return done();
      });
      // Its sender has gone before it was whole.
      taken.catch(() => undefined);
    },
  });
  const cut = (id: string) => {
    for (const connection of server.connections) {
      const { id: own, _socket } = connection as unknown as {
        id: string;
        _socket: { destroy(): void };
      };
      if (own === id) _socket.destroy();
    }
  };
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const peer: SmtpPeer = {
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    answers: [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return peer;
}

import { FlotillaError, isLoopbackHost, type OpenedConnection } from "@flotilla/core";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Readable } from "node:stream";
import { connectionError } from "../connection/connection-error.ts";
import type { Reach } from "../connection/reach.ts";
import { trust } from "../connection/trust.ts";
import { userOf } from "./mailbox.ts";

const connectWithinMs = 10_000;
const silentForMs = 30_000;

/** The way out for mail, to somebody who is signed in. */
export interface Outbox {
  /**
   * Sends a mail to those that the server takes it for. The content is read only once the server waits for it, and its end
   * is what makes the server take it.
   *
   * @returns recipients that the server did not take
   */
  send(
    envelope: { from: string; to: string[] },
    content: Readable,
  ): Promise<{ rejected: string[] }>;
}

/**
 * Opens the way out for mail of a connection for the work, and closes it whatever comes of that; errors are as those of
 * `withMailbox`.
 */
export async function withOutbox<T>(
  reach: Reach,
  { settings: { smtp, ca }, login }: Pick<OpenedConnection<"mail">, "settings" | "login">,
  signal: AbortSignal,
  work: (outbox: Outbox) => Promise<T>,
): Promise<T> {
  if (!smtp) {
    throw new FlotillaError("tool_failed", "This connection only reads mail.", {
      remedy: "Set it again with an SMTP server: flotilla connections add",
    });
  }
  const what = `The mail server ${smtp.host}:${smtp.port}`;
  const { default: Connection } = await import("nodemailer/lib/smtp-connection");
  const connection = new Connection({
    ...(await reach.find(smtp)),
    secure: smtp.security === "tls",
    requireTLS: smtp.security === "starttls",
    ignoreTLS: smtp.security === "none",
    tls: trust(ca),
    connectionTimeout: connectWithinMs,
    greetingTimeout: connectWithinMs,
    socketTimeout: silentForMs,
    allowInternalNetworkInterfaces: isLoopbackHost(smtp.host),
  });
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  connection.on("error", broken.reject);
  connection.on("end", () =>
    broken.reject(Object.assign(new Error("it hung up"), { code: "ECONNECTION" })),
  );
  const stop = () => connection.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const done = await Promise.race([
      broken.promise,
      signIn(connection, userOf(login), login?.secret).then(() =>
        work(outboxOf(connection, broken.promise)),
      ),
    ]);
    connection.quit();
    return done;
  } catch (thrown) {
    throw signal.aborted ? signal.reason : connectionError(what, thrown);
  } finally {
    signal.removeEventListener("abort", stop);
    connection.close();
  }
}

async function signIn(connection: SMTPConnection, user: string, pass = ""): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  await new Promise<void>((resolve, reject) => {
    connection.login({ user, pass }, (error) => (error ? reject(error) : resolve()));
  });
}

function outboxOf(connection: SMTPConnection, broken: Promise<never>): Outbox {
  return {
    send: (envelope, content) =>
      Promise.race([
        broken,
        new Promise<{ rejected: string[] }>((resolve, reject) => {
          connection.send(envelope, content, (error, info) => {
            if (error) reject(error);
            else resolve({ rejected: info?.rejected ?? [] });
          });
        }),
      ]),
  };
}

import { FlotillaError, type ConnectionLogin, type OpenedConnection } from "@flotilla/core";
import type { ImapFlow } from "imapflow";
import { connectionError } from "../connection/connection-error.ts";
import type { Reach } from "../connection/reach.ts";
import { trust } from "../connection/trust.ts";

const connectWithinMs = 10_000;
const silentForMs = 30_000;
/** Of one answer of a server: more than the largest mail that is read. */
const mostBytes = 48 * 2 ** 20;

/**
 * Opens the mailbox of a connection for the work, and closes it whatever comes of that. What the server or the way to it
 * is to blame for is thrown as `tool_failed`, with what to do.
 */
export async function withMailbox<T>(
  reach: Reach,
  { settings: { imap, ca }, login }: Pick<OpenedConnection<"mail">, "settings" | "login">,
  signal: AbortSignal,
  work: (mailbox: ImapFlow) => Promise<T>,
): Promise<T> {
  const what = `The mail server ${imap.host}:${imap.port}`;
  const { ImapFlow: Client } = await import("imapflow");
  const mailbox = new Client({
    ...(await reach.find(imap)),
    secure: imap.security === "tls",
    ...(imap.security !== "tls" && { doSTARTTLS: imap.security === "starttls" }),
    auth: { user: userOf(login), pass: login?.secret ?? "" },
    tls: trust(ca),
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: connectWithinMs,
    greetingTimeout: connectWithinMs,
    socketTimeout: silentForMs,
    ...{ maxLineLength: 2 ** 20, maxLiteralSize: mostBytes, maxResponseSize: 2 * mostBytes },
  });
  // What is lost after the work is nobody's loss.
  mailbox.on("error", () => undefined);
  const stop = () => mailbox.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    await mailbox.connect();
    const done = await work(mailbox);
    await mailbox.logout().catch(() => undefined);
    return done;
  } catch (thrown) {
    throw signal.aborted ? signal.reason : connectionError(what, thrown);
  } finally {
    signal.removeEventListener("abort", stop);
    mailbox.close();
  }
}

/** Mail servers want to know who it is. Throws `tool_failed` where the credential does not say. */
export function userOf(login: ConnectionLogin | null): string {
  if (login?.user) return login.user;
  throw new FlotillaError("tool_failed", "The connection's credential has no user in it.", {
    remedy: "Set a credential of kind basic, user:password.",
  });
}

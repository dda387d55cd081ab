import { FlotillaError, isLoopbackHost, type OpenedConnection } from "@flotilla/core";
import type { Transporter } from "nodemailer";
import { connectionError } from "../connection/connection-error.ts";
import type { Reach } from "../connection/reach.ts";
import { trust } from "../connection/trust.ts";
import { userOf } from "./mailbox.ts";

const connectWithinMs = 10_000;
const silentForMs = 30_000;

/**
 * Opens the way out for mail of a connection for the work, and closes it whatever comes of that; errors are as those of
 * `withMailbox`.
 */
export async function withOutbox<T>(
  reach: Reach,
  { settings: { smtp, ca }, login }: Pick<OpenedConnection<"mail">, "settings" | "login">,
  signal: AbortSignal,
  work: (outbox: Transporter) => Promise<T>,
): Promise<T> {
  if (!smtp) {
    throw new FlotillaError("tool_failed", "This connection only reads mail.", {
      remedy: "Set it again with an SMTP server: flotilla connections add",
    });
  }
  const what = `The mail server ${smtp.host}:${smtp.port}`;
  const { createTransport } = await import("nodemailer");
  const outbox = createTransport({
    ...(await reach.find(smtp)),
    secure: smtp.security === "tls",
    requireTLS: smtp.security === "starttls",
    ignoreTLS: smtp.security === "none",
    auth: { user: userOf(login), pass: login?.secret ?? "" },
    tls: trust(ca),
    connectionTimeout: connectWithinMs,
    greetingTimeout: connectWithinMs,
    socketTimeout: silentForMs,
    allowInternalNetworkInterfaces: isLoopbackHost(smtp.host),
    // What a letter holds may name neither files nor addresses to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const stop = () => outbox.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    return await work(outbox);
  } catch (thrown) {
    throw signal.aborted ? signal.reason : connectionError(what, thrown);
  } finally {
    signal.removeEventListener("abort", stop);
    outbox.close();
  }
}

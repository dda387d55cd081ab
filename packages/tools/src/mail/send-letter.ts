import { Readable } from "node:stream";
import { FlotillaError, type OpenedConnection } from "@flotilla/core";
import type { ImapFlow } from "imapflow";
import type { Reach } from "../connection/reach.ts";
import { findByMessageId, folderFor } from "./folder.ts";
import type { Letter } from "./letter.ts";
import { withMailbox } from "./mailbox.ts";
import { withOutbox } from "./outbox.ts";

type Opened = Pick<OpenedConnection<"mail">, "settings" | "login">;

/**
 * What is known of a mail with that Message-ID. Where a mail is tells how far its sending went: before its last line is
 * sent, which is what makes a mail server take it, it is in Drafts, and once the server has taken it, in Sent.
 */
export type SendState =
  /** It was never sent, and may be. */
  | "unsent"
  /** Whether the server has taken it, nobody here knows. */
  | "sending"
  | "sent";

export async function sendState(mailbox: ImapFlow, messageId: string): Promise<SendState> {
  const sent = await findByMessageId(mailbox, await folderFor(mailbox, "Sent"), messageId);
  if (sent.length > 0) return "sent";
  const drafts = await findByMessageId(mailbox, await folderFor(mailbox, "Drafts"), messageId);
  return drafts.length > 0 ? "sending" : "unsent";
}

/**
 * Sends a mail once. Throws `tool_failed`: transient where it is certain that nothing was sent, or where asking for its
 * state tells more.
 *
 * @param mailbox where it is noted that it is being sent
 * @returns recipients that the server did not take
 */
export async function sendLetter(
  reach: Reach,
  opened: Opened,
  mailbox: ImapFlow,
  letter: Letter,
  signal: AbortSignal,
): Promise<{ rejected: string[] }> {
  const drafts = await folderFor(mailbox, "Drafts");
  let isNoted = false;
  async function* lines() {
    yield letter.content;
    await mailbox.append(drafts, ownCopy(letter), ["\\Draft", "\\Seen"]);
    isNoted = true;
  }
  try {
    const envelope = { from: letter.from, to: letter.recipients };
    const { rejected } = await withOutbox(reach, opened, signal, (outbox) =>
      outbox.send(envelope, Readable.from(lines(), { objectMode: false })),
    );
    await settle(reach, opened, letter, signal).catch(() => undefined);
    return { rejected };
  } catch (thrown) {
    if (!isNoted) throw thrown;
    if (isRefusal(thrown)) {
      await forget(reach, opened, letter, signal).catch(() => undefined);
      throw thrown;
    }
    throw new FlotillaError(
      "tool_failed",
      "The connection broke off before the mail server said whether it took the mail.",
      { transient: true, cause: thrown },
    );
  }
}

/** Whether the server has said that it does not take the mail. */
function isRefusal(thrown: unknown): boolean {
  const { cause } = thrown as { cause?: { responseCode?: number } };
  return (cause?.responseCode ?? 0) >= 400;
}

/** With those who get it unseen, for the mailbox alone. */
export function ownCopy({ bcc, content }: Letter): Buffer {
  if (bcc.length === 0) return content;
  return Buffer.concat([Buffer.from(`Bcc: ${bcc.join(",\r\n ")}\r\n`), content]);
}

/** It was sent: it moves from Drafts to Sent, unless the server has put it there itself. */
async function settle(
  reach: Reach,
  opened: Opened,
  { messageId }: Letter,
  signal: AbortSignal,
): Promise<void> {
  await withMailbox(reach, opened, signal, async (mailbox) => {
    const sent = await folderFor(mailbox, "Sent");
    const isThere = (await findByMessageId(mailbox, sent, messageId)).length > 0;
    const drafts = await folderFor(mailbox, "Drafts");
    const uids = await findByMessageId(mailbox, drafts, messageId);
    if (uids.length === 0) return;
    if (isThere) await mailbox.messageDelete(uids, { uid: true });
    else {
      await mailbox.messageFlagsRemove(uids, ["\\Draft"], { uid: true });
      await mailbox.messageMove(uids, sent, { uid: true });
    }
  });
}

/** It was not sent: nothing of it stays. */
async function forget(
  reach: Reach,
  opened: Opened,
  { messageId }: Letter,
  signal: AbortSignal,
): Promise<void> {
  await withMailbox(reach, opened, signal, async (mailbox) => {
    const drafts = await folderFor(mailbox, "Drafts");
    const uids = await findByMessageId(mailbox, drafts, messageId);
    if (uids.length > 0) await mailbox.messageDelete(uids, { uid: true });
  });
}

import { FlotillaError } from "@flotilla/core";
import type { ImapFlow } from "imapflow";
import type { Email } from "postal-mime";
import { gone, openMails } from "./folder.ts";

/** Larger mails are not read. */
const mostBytes = 40 * 2 ** 20;

/** A mail, taken apart. Reading it leaves it unread. Throws `tool_failed` when it is gone or too large. */
export async function fetchMail(
  mailbox: ImapFlow,
  id: string,
): Promise<{ mail: Email; flags: Set<string>; bytes: number }> {
  const { uids } = await openMails(mailbox, [id], { readOnly: true });
  const range = String(uids[0]);
  const found = await mailbox.fetchOne(range, { size: true, flags: true }, { uid: true });
  if (!found) throw gone("That mail is not there any more");
  const { size: bytes = 0, flags = new Set<string>() } = found;
  if (bytes > mostBytes) {
    throw new FlotillaError("tool_failed", `The mail has ${bytes} bytes, more than can be read.`, {
      remedy: `Mails of up to ${mostBytes} bytes can be read.`,
    });
  }
  const fetched = await mailbox.fetchOne(range, { source: true }, { uid: true });
  if (!fetched || !fetched.source) throw gone("That mail is not there any more");
  const { default: PostalMime } = await import("postal-mime");
  const parsed = PostalMime.parse(fetched.source, { forceRfc822Attachments: true });
  const mail = await parsed.catch((error: unknown) => {
    throw new FlotillaError("tool_failed", `The mail cannot be read: ${String(error)}.`, {
      cause: error,
    });
  });
  return { mail, flags, bytes };
}

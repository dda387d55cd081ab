import { FlotillaError } from "@flotilla/core";
import type { ImapFlow, ListResponse, MailboxObject } from "imapflow";
import { placeOf, type MailPlace } from "./mail-id.ts";

const mostNamed = 40;

/** Opens a folder. Throws `tool_input_invalid` with the folders there are. */
export async function openFolder(
  mailbox: ImapFlow,
  folder: string,
  options: { readOnly: boolean },
): Promise<MailboxObject> {
  const folders = await mailbox.list();
  const found = folders.find(({ path }) => path === folder) ?? byName(folders, folder);
  if (found) return mailbox.mailboxOpen(found.path, options);
  const names = folders.slice(0, mostNamed).map(({ path }) => path);
  throw new FlotillaError("tool_input_invalid", `There is no folder ${JSON.stringify(folder)}.`, {
    remedy: `Choose from: ${names.join(", ")}.`,
  });
}

function byName(folders: ListResponse[], name: string): ListResponse | undefined {
  return folders.find(({ path }) => path.toLowerCase() === name.toLowerCase());
}

/** A folder that serves a purpose, by what the server says of it or by its name; made where there is none. */
export async function folderFor(
  mailbox: ImapFlow,
  use: "Sent" | "Drafts" | "Trash",
): Promise<string> {
  const folders = await mailbox.list();
  const found = folders.find(({ specialUse }) => specialUse === `\\${use}`) ?? byName(folders, use);
  return found ? found.path : (await mailbox.mailboxCreate(use)).path;
}

/**
 * Opens the folder that mails are in, which must be one and the same. Throws `tool_input_invalid` where they are of
 * several, and `tool_failed` where the folder is not the one that it was.
 *
 * @returns their numbers there
 */
export async function openMails(
  mailbox: ImapFlow,
  ids: readonly string[],
  options: { readOnly: boolean },
): Promise<{ folder: string; uids: number[] }> {
  const places = ids.map(placeOf);
  const [{ folder, validity }] = places as [MailPlace];
  if (places.some((place) => place.folder !== folder || place.validity !== validity)) {
    throw new FlotillaError("tool_input_invalid", "These mails are not in one folder.", {
      remedy: "Make a call for each folder.",
    });
  }
  const { uidValidity } = await openFolder(mailbox, folder, options);
  if (String(uidValidity) !== validity) throw gone(`The folder ${folder} was made anew`);
  return { folder, uids: [...new Set(places.map(({ uid }) => uid))] };
}

export function gone(what: string): FlotillaError {
  return new FlotillaError("tool_failed", `${what}.`, { remedy: "Search again with mail_search." });
}

/** The numbers of mails in a folder with that Message-ID. Leaves the folder open. */
export async function findByMessageId(
  mailbox: ImapFlow,
  folder: string,
  messageId: string,
): Promise<number[]> {
  await mailbox.mailboxOpen(folder);
  const found = await mailbox.search({ header: { "message-id": messageId } }, { uid: true });
  return found === false ? [] : (found ?? []);
}

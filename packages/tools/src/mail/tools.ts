import type { Tool } from "../tool.ts";
import { mailAttachment } from "./attachment.ts";
import { mailDelete, mailFlag, mailMove } from "./change.ts";
import { mailDraft } from "./draft.ts";
import type { MailAccess } from "./mail-access.ts";
import { mailRead } from "./read.ts";
import { mailSearch } from "./search.ts";
import { mailSend } from "./send.ts";

/** Every tool for mailboxes. */
export function mailTools(access: MailAccess): Tool[] {
  return [
    mailSearch(access),
    mailRead(access),
    mailAttachment(access),
    mailSend(access),
    mailDraft(access),
    mailMove(access),
    mailFlag(access),
    mailDelete(access),
  ];
}

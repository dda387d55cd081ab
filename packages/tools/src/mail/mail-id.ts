import { FlotillaError } from "@flotilla/core";
import { z } from "zod";

/** Where a mail is: its folder, and its number there as long as the folder is what it was. */
export interface MailPlace {
  folder: string;
  uid: number;
  /** Of the folder: another one means that its numbers were given anew. */
  validity: string;
}

export const mailIdSchema = z
  .string()
  .max(600)
  .regex(/^\d{1,10}\.\d{1,20}\.[^\p{Cc}]+$/u, "give the id of a mail, as mail_search answers it");

export const folderSchema = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]+$/u, "use no control characters");

export function mailId({ folder, uid, validity }: MailPlace): string {
  return `${uid}.${validity}.${folder}`;
}

/** Throws `tool_input_invalid` for what is no id. */
export function placeOf(id: string): MailPlace {
  const [, uid, validity, folder] = /^(\d+)\.(\d+)\.(.+)$/su.exec(id) ?? [];
  if (folder !== undefined && validity !== undefined) {
    return { folder, uid: Number(uid), validity };
  }
  throw new FlotillaError("tool_input_invalid", `${JSON.stringify(id)} is no id of a mail.`, {
    remedy: "Search with mail_search.",
  });
}

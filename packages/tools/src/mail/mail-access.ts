import type { Reach } from "../connection/reach.ts";

/** What the mail tools share. */
export interface MailAccess {
  reach: Reach;
  maxResultBytes: number;
  workspaceBytes: number;
}

/** Where mail comes from, and for whose eyes it is. */
export const mailLabels = ["mail", "private"];

import { memberSchema, roleSchema, type Member } from "@flotilla/core";
import { z } from "zod";
import { pageSchema } from "./page.ts";
import { storableText } from "./bounds.ts";
import type { Transport } from "./transport.ts";

export const memberParamsSchema = z.object({ userId: storableText.min(1).max(200) });
export const memberChangeSchema = z.strictObject({ role: roleSchema });
export type MemberChange = z.input<typeof memberChangeSchema>;
export const memberListSchema = pageSchema(memberSchema);

/** The members of the organisation that the request is of. */
export function memberClient(http: Transport) {
  const path = (userId: string) => `/members/${encodeURIComponent(userId)}`;
  return {
    list: () => http.json<{ items: Member[] }>("GET", "/members"),
    change: (userId: string, change: MemberChange) =>
      http.json<Member>("PATCH", path(userId), { json: change }),
    remove: (userId: string) => http.json<void>("DELETE", path(userId)),
  };
}

import type pg from "pg";
import { bindAll } from "./bind-all.ts";
import { coalesce } from "./coalesce.ts";
import { accessChannel, type Notifier } from "./notifier.ts";
import * as adminLinks from "./queries/admin-link.ts";
import * as keys from "./queries/api-key.ts";
import * as invitations from "./queries/invitation.ts";
import { addMember, memberships } from "./queries/membership.ts";
import { deleteEnded, findUserId, readSession } from "./queries/session.ts";

/** How callers come to be known: before that, nothing is one organisation's. */
export function identityQueries(pool: pg.Pool, notifier: Notifier) {
  return {
    /** Many that are asked for at once share a statement. */
    findKey: coalesce((hashes: Uint8Array[]) => keys.findKeys(pool, hashes), 200),
    ...bindAll(pool, {
      noteKeyUse: keys.noteKeyUse,
      session: readSession,
      findUserId,
      deleteEnded,
      findInvitation: invitations.findInvitation,
      acceptInvitation: invitations.acceptInvitation,
      isInvited: invitations.isInvited,
      createAdminLink: adminLinks.createAdminLink,
      takeAdminLink: adminLinks.takeAdminLink,
      makeOwner: adminLinks.makeOwner,
      hasOwner: adminLinks.hasOwner,
      memberships,
      addMember,
    }),
    onAccessChange: (callback: (subject: string) => void) =>
      notifier.listen(accessChannel, callback),
    onCatchUp: notifier.onCatchUp,
  };
}

import type pg from "pg";
import { bindAll } from "./bind-all.ts";
import { openDatabase } from "./database.ts";
import { answerInterrupts } from "./queries/answer-interrupts.ts";
import * as due from "./queries/due-interrupts.ts";
import * as inbox from "./queries/inbox.ts";
import * as interrupts from "./queries/steer-interrupt.ts";
import {
  changePolicy,
  listPolicyVersions,
  readPolicy,
  readPolicyDiff,
} from "./queries/tool-policy.ts";
import * as toolRules from "./queries/tool-rule.ts";

/** What waits for people, and what they have decided for good. */
export function interruptQueries(pool: pg.Pool, organisation: string) {
  return {
    inbox: bindAll(pool, {
      list: inbox.listInterrupts,
      open: inbox.openInterrupts,
    }),
    interrupts: bindAll(pool, {
      get: interrupts.getInterrupt,
      organisations: inbox.organisationsOf,
      answer: answerInterrupts,
      assign: interrupts.assignInterrupt,
      comment: interrupts.addComment,
      comments: interrupts.listComments,
    }),
    toolRules: bindAll(
      organisation,
      bindAll(openDatabase(pool), {
        list: toolRules.listToolRules,
        get: toolRules.getToolRule,
      }),
    ),
    toolPolicy: {
      ...bindAll(
        organisation,
        bindAll(openDatabase(pool), {
          read: readPolicy,
          diff: readPolicyDiff,
          versions: listPolicyVersions,
        }),
      ),
      ...bindAll(organisation, bindAll(pool, { change: changePolicy })),
    },
  };
}

/** The same of all organisations, as workers need it. */
export function dueInterruptQueries(pool: pg.Pool) {
  return {
    interrupts: bindAll(pool, {
      expire: due.expireInterrupts,
      remind: due.remindInterrupts,
      escalate: due.escalateInterrupts,
    }),
    toolRules: bindAll(openDatabase(pool), { of: toolRules.liveToolRules }),
  };
}

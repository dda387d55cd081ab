import {
  inboxAnsweredSchema,
  inboxAnsweringSchema,
  inboxPageSchema,
  inboxQuerySchema,
  mostAnswered,
  type InterruptAnswering,
} from "@flotilla/api";
import { FlotillaError, mayGive, roles, userOf, type Caller, type InboxItem } from "@flotilla/core";
import type { z } from "zod";
import { guardedRoute } from "../access/guarded-route.ts";
import { permitted } from "../access/permit.ts";
import { answerInterrupts, type Answering, type AnsweredRef } from "../answer-interrupts.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodePlace, pageOf } from "../page.ts";

const tags = ["inbox"];

const list = guardedRoute("runs.read", {
  method: "get",
  path: "/inbox",
  summary: "What waits for people, the oldest first",
  tags,
  request: { query: inboxQuerySchema },
  responses: jsonAnswers("A page of interrupts.", inboxPageSchema),
});

const answer = guardedRoute("interrupts.answer", {
  method: "post",
  path: "/inbox/answer",
  summary: "Answer many interrupts alike: those named, or all that a filter finds",
  description:
    "At most a thousand at a time: with a filter, call again with `next` and `raisedBefore` until `next` is null.",
  tags,
  request: { body: jsonBody(inboxAnsweringSchema) },
  responses: jsonAnswers("What became of them.", inboxAnsweredSchema),
});

const placeShape = /^(\S+) (run_[0-9a-z]{26})$/;
const placeOf = ({ interruptId, runId }: InboxItem) => `${interruptId} ${runId}`;
/** Interrupts that are locked and answered together. */
const perTransaction = 200;
const mostTold = 100;

export function inboxRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const { store, caller } = c.var;
    const { cursor, limit, mine, assignee, ...filter } = c.req.valid("query");
    const items = await store.inbox.list({
      ...filter,
      ...ofPeople(caller, { mine, assignee }),
      after: placeAfter(cursor),
      limit: limit + 1,
    });
    const page = pageOf(items, limit, placeOf);
    const shown = await permitted(c, "runs.read");
    return c.json({ ...page, items: page.items.filter((item) => shown(item.agentName)) });
  });

  app.openapi(answer, async (c) => {
    const { store, caller } = c.var;
    const given = c.req.valid("json");
    const answering = { parts, store, caller };
    const { interrupts: named } = given;
    if (named) {
      const hashes = new Map(named.map((one) => [`${one.interruptId} ${one.runId}`, one.hash]));
      const results = await answerAll(answering, named, (item) =>
        answerTo(given.answer, hashes.get(placeOf(item)), item),
      );
      return c.json({ ...results, next: null, raisedBefore: null });
    }
    const raisedBefore = given.raisedBefore ?? new Date(parts.clock.now()).toISOString();
    const { assignee, ...filter } = given.filter ?? {};
    const found = await store.inbox.list({
      ...filter,
      ...ofPeople(caller, { assignee }),
      raisedBefore,
      after: placeAfter(given.next),
      limit: mostAnswered + 1,
    });
    const { items, nextCursor } = pageOf(found, mostAnswered, placeOf);
    const results = await answerAll(answering, items, (item) =>
      answerTo(given.answer, item.hash ?? undefined, item),
    );
    return c.json({ ...results, next: nextCursor, raisedBefore });
  });
}

function placeAfter(cursor: string | undefined) {
  const [interruptId, runId] = decodePlace(cursor, placeShape);
  return interruptId !== undefined && runId !== undefined ? { interruptId, runId } : undefined;
}

/** The parts of a filter that are about people. */
function ofPeople(
  caller: Caller,
  { mine, assignee }: { mine?: boolean | undefined; assignee?: string | undefined },
) {
  const me = userOf(caller) ?? caller.id;
  const named = assignee === "me" ? me : assignee === "none" ? null : assignee;
  const userId = me;
  const heldBy = roles.filter((role) => mayGive(caller.role, role));
  return {
    ...(assignee !== undefined && { assignee: named }),
    // Where nobody signs in, everybody is asked.
    ...(mine && caller.kind !== "local" && { asked: { userId, roles: heldBy } }),
  };
}

type Said = z.output<typeof inboxAnsweringSchema>["answer"];

/** An approval is bound to what was shown, in bulk too. */
function answerTo(said: Said, hash: string | undefined, item: InboxItem): InterruptAnswering {
  if (said.action !== "approve") return said;
  if (hash !== undefined) return { ...said, hash };
  const message = `The hash of what interrupt ${item.interruptId} asks to be approved is not given.`;
  throw new FlotillaError("invalid_request", message, {
    remedy: "Give with each interrupt the hash that was shown.",
  });
}

async function answerAll(
  answering: Answering,
  refs: readonly AnsweredRef[],
  say: (item: InboxItem) => InterruptAnswering,
) {
  const refused: { runId: string; interruptId: string; code: string; detail: string }[] = [];
  for (let start = 0; start < refs.length; start += perTransaction) {
    const some = refs.slice(start, start + perTransaction);
    const outcomes = await answerInterrupts(answering, some, say);
    for (const [index, { runId, interruptId }] of some.entries()) {
      const error = outcomes[index];
      if (!error) continue;
      refused.push({ runId, interruptId, code: error.code, detail: error.message });
    }
  }
  return {
    answered: refs.length - refused.length,
    refused: refused.slice(0, mostTold),
    refusedCount: refused.length,
  };
}

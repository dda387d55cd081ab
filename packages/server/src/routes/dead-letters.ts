import {
  correctedRowSchema,
  deadLetterCorrectSchema,
  deadLetterDetailSchema,
  deadLetterDiscardSchema,
  deadLetterGroupPageSchema,
  deadLetterPageSchema,
  deadLetterParamsSchema,
  deadLetterQuerySchema,
  deadLetterReplaySchema,
  deadLettersDiscardSchema,
  deadLettersReplaySchema,
  deadLettersSettledSchema,
} from "@flotilla/api";
import { deadLetterSchema, FlotillaError, runSummarySchema, templateColumns } from "@flotilla/core";
import { requireColumns } from "@flotilla/engine";
import { guardedRoute } from "../access/guarded-route.ts";
import { permittedAgents, permittedLetter } from "../access/permitted-letter.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { checkChanges } from "../check-changes.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodePlace, pageOf } from "../page.ts";
import { readLetter } from "../read-letter.ts";
import { readRun } from "../read-run.ts";
import { settleInChunks } from "../settle-letters.ts";

const tags = ["dead letters"];

const list = guardedRoute("runs.read", {
  method: "get",
  path: "/dead-letters",
  summary: "Failed runs and bad rows that were neither replayed nor discarded, newest first",
  tags,
  request: { query: deadLetterQuerySchema },
  responses: jsonAnswers("A page of letters.", deadLetterPageSchema),
});

const groups = guardedRoute("runs.read", {
  method: "get",
  path: "/dead-letters/groups",
  summary: "Dead letters in groups of the same error, the group with the newest one first",
  tags,
  request: { query: deadLetterQuerySchema },
  responses: jsonAnswers("A page of groups.", deadLetterGroupPageSchema),
});

const get = guardedRoute("runs.read", {
  method: "get",
  path: "/dead-letters/{letterId}",
  summary: "A dead letter with its cause, its attempts and its last events",
  tags,
  request: { params: deadLetterParamsSchema },
  responses: jsonAnswers("The letter.", deadLetterDetailSchema),
});

const replay = guardedRoute("runs.steer", {
  method: "post",
  path: "/dead-letters/{letterId}/replay",
  summary: "Go on from the step that failed, if wanted with changes; nothing completed is repeated",
  tags,
  request: {
    params: deadLetterParamsSchema,
    body: { ...jsonBody(deadLetterReplaySchema), required: false },
  },
  responses: jsonAnswers("The run.", runSummarySchema),
});

const correct = guardedRoute("runs.steer", {
  method: "post",
  path: "/dead-letters/{letterId}/correct",
  summary: "Take other data for a bad row; its batch works on it, also when it was completed",
  tags,
  request: { params: deadLetterParamsSchema, body: jsonBody(deadLetterCorrectSchema) },
  responses: jsonAnswers("The row.", correctedRowSchema),
});

const discard = guardedRoute("runs.steer", {
  method: "post",
  path: "/dead-letters/{letterId}/discard",
  summary: "Put a dead letter away, with the reason",
  tags,
  request: { params: deadLetterParamsSchema, body: jsonBody(deadLetterDiscardSchema) },
  responses: jsonAnswers("The letter.", deadLetterSchema),
});

const replayAll = guardedRoute("runs.steer", {
  method: "post",
  path: "/dead-letters/replay",
  summary: "Replay all dead letters that match, in chunks",
  tags,
  request: { body: { ...jsonBody(deadLettersReplaySchema), required: false } },
  responses: jsonAnswers("How many were replayed.", deadLettersSettledSchema),
});

const discardAll = guardedRoute("runs.steer", {
  method: "post",
  path: "/dead-letters/discard",
  summary: "Put all dead letters away that match, in chunks",
  tags,
  request: { body: jsonBody(deadLettersDiscardSchema) },
  responses: jsonAnswers("How many were discarded.", deadLettersSettledSchema),
});

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const letterPlace = new RegExp(`^(${time}) ([a-z0-9_:]+)$`);
const groupPlace = new RegExp(`^(${time}) ([0-9a-f]{32})$`);

export function deadLetterRoutes(app: ApiApp, parts: AppParts): void {
  readRoutes(app);
  oneRoutes(app, parts);
  correctRoute(app, parts);
  allRoutes(app, parts);
}

function readRoutes(app: ApiApp): void {
  app.openapi(list, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid("query");
    const [at, id] = decodePlace(cursor, letterPlace);
    const letters = await c.var.store.deadLetters.list({
      ...filter,
      agents: await permittedAgents(c, "runs.read"),
      before: at !== undefined && id !== undefined ? { at, id } : undefined,
      limit: limit + 1,
    });
    return c.json(pageOf(letters, limit, (letter) => `${letter.at} ${letter.id}`));
  });

  app.openapi(groups, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid("query");
    const [at, fingerprint] = decodePlace(cursor, groupPlace);
    const found = await c.var.store.deadLetters.groups({
      ...filter,
      agents: await permittedAgents(c, "runs.read"),
      before: at !== undefined && fingerprint !== undefined ? { at, fingerprint } : undefined,
      limit: limit + 1,
    });
    return c.json(pageOf(found, limit, (group) => `${group.lastAt} ${group.fingerprint}`));
  });

  app.openapi(get, async (c) => {
    const letter = await permittedLetter(c, "runs.read", c.req.valid("param").letterId);
    return c.json(await readLetter(c.var.store, letter));
  });
}

function oneRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(replay, async (c) => {
    const letter = await permittedLetter(c, "runs.steer", c.req.valid("param").letterId);
    const { store, caller } = c.var;
    const { runId, agentName } = letter;
    if (runId === null) {
      throw new FlotillaError("conflict", `${letter.id} is a bad row and has no run.`, {
        remedy: "Correct it: send its data, as it should be, to the letter's /correct.",
      });
    }
    const { changes: given } = c.req.valid("json");
    const changes = given && parts.redact.of(caller.organisation).json(given);
    if (changes) {
      const { run } = await readRun(store, runId);
      await checkChanges(parts, c.var, changes, { agentName, run });
    }
    await store.runs.retry(runId, caller.name, changes);
    return c.json(await store.runs.get(runId));
  });

  app.openapi(discard, async (c) => {
    const { id, runId, batchId, row } = await permittedLetter(
      c,
      "runs.steer",
      c.req.valid("param").letterId,
    );
    const { deadLetters } = c.var.store;
    const { name } = c.var.caller;
    const { reason } = c.req.valid("json");
    const chunk = { agents: null, until: await deadLetters.now(), limit: 1 };
    const count =
      runId === null
        ? await deadLetters.discardRows(
            { ...chunk, batchId: batchId ?? "", row: row ?? 0 },
            name,
            reason,
          )
        : await deadLetters.discard({ ...chunk, runIds: [runId] }, name, reason);
    if (count === 0) throw new FlotillaError("conflict", `${id} is not open any more.`);
    return c.json(await deadLetters.get(id));
  });
}

function correctRoute(app: ApiApp, parts: AppParts): void {
  app.openapi(correct, async (c) => {
    const letter = await permittedLetter(c, "runs.steer", c.req.valid("param").letterId);
    const { store, caller } = c.var;
    const { id, runId, batchId, row } = letter;
    if (runId !== null || batchId === null || row === null) {
      throw new FlotillaError("conflict", `${id} is a run, and no row.`, {
        remedy: "Replay it, with another message if need be.",
      });
    }
    const data = parts.redact.of(caller.organisation).json(c.req.valid("json").data);
    const { template } = await store.batches.get(batchId);
    requireColumns(templateColumns(template), Object.keys(data));
    if (!(await store.deadLetters.correctRow({ batchId, row, data }))) {
      throw new FlotillaError("conflict", `${id} is not open any more, or its batch is cancelled.`);
    }
    return c.json({ batchId, row });
  });
}

function allRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(replayAll, async (c) => {
    const { until, changes: given, ...filter } = c.req.valid("json");
    const { store, caller } = c.var;
    const changes = given && parts.redact.of(caller.organisation).json(given);
    if (changes?.agentVersion !== undefined && filter.agent === undefined) {
      throw new FlotillaError("invalid_request", "A version is one of an agent: name it, too.", {
        remedy: "Send `agent` beside `changes.agentVersion`.",
      });
    }
    if (changes) await checkChanges(parts, c.var, changes, { agentName: filter.agent ?? "" });
    const agents = await permittedAgents(c, "runs.steer");
    const settled = await settleInChunks(store.deadLetters, until, (chunk) =>
      store.deadLetters.replay({ ...filter, agents, ...chunk }, caller.name, changes),
    );
    return c.json(settled);
  });

  app.openapi(discardAll, async (c) => {
    const { until, reason, ...filter } = c.req.valid("json");
    const { deadLetters } = c.var.store;
    const { name } = c.var.caller;
    const agents = await permittedAgents(c, "runs.steer");
    const settled = await settleInChunks(deadLetters, until, async (chunk) => {
      const those = { ...filter, agents, ...chunk };
      const runs = await deadLetters.discard(those, name, reason);
      if (runs === chunk.limit) return runs;
      const left = { ...those, limit: chunk.limit - runs };
      return runs + (await deadLetters.discardRows(left, name, reason));
    });
    return c.json(settled);
  });
}

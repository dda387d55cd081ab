import {
  policyApplySchema,
  policyChangesQuerySchema,
  policyRestoreSchema,
  policyTestSchema,
  policyVersionPageSchema,
  policyVersionParamsSchema,
  policyVersionQuerySchema,
} from "@flotilla/api";
import {
  FlotillaError,
  newId,
  planPolicy,
  planRestore,
  policyDiffSchema,
  policySchema,
  policySpecSchema,
  policyVersionSchema,
  type Policy,
  type PolicySpec,
} from "@flotilla/core";
import type { Context } from "hono";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { ruleFaults, saveToolRules, type RuleEdit } from "../save-tool-rules.ts";

const tags = ["tool rules"];

const get = guardedRoute("tools.read", {
  method: "get",
  path: "/tool-policy",
  summary: "All tool rules but those of single runs, with their examples",
  tags,
  responses: jsonAnswers("The rules as they are.", policySchema),
});

const apply = guardedRoute("rules.write", {
  method: "put",
  path: "/tool-policy",
  summary: "Replace all tool rules but those of single runs, if they keep to their examples",
  tags,
  request: { body: jsonBody(policyApplySchema) },
  responses: jsonAnswers("The version that it made, or the one there was.", policyVersionSchema),
});

const test = guardedRoute("tools.read", {
  method: "post",
  path: "/tool-policy/test",
  summary: "Would these rules keep to their examples? Nothing is changed",
  tags,
  request: { body: jsonBody(policySpecSchema) },
  responses: jsonAnswers("What is wrong with them.", policyTestSchema),
});

const versions = guardedRoute("tools.read", {
  method: "get",
  path: "/tool-policy/versions",
  summary: "The versions of the tool rules",
  tags,
  request: { query: policyVersionQuerySchema },
  responses: jsonAnswers("The versions, newest first.", policyVersionPageSchema),
});

const version = guardedRoute("tools.read", {
  method: "get",
  path: "/tool-policy/versions/{version}",
  summary: "The tool rules as they were",
  tags,
  request: { params: policyVersionParamsSchema },
  responses: jsonAnswers("The rules.", policySchema),
});

const changes = guardedRoute("tools.read", {
  method: "get",
  path: "/tool-policy/versions/{version}/changes",
  summary: "What a version of the tool rules changed",
  tags,
  request: { params: policyVersionParamsSchema, query: policyChangesQuerySchema },
  responses: jsonAnswers("The differences.", policyDiffSchema),
});

const restore = guardedRoute("rules.write", {
  method: "post",
  path: "/tool-policy/versions/{version}/restore",
  summary: "Make the tool rules what they were, as a new version",
  tags,
  request: { params: policyVersionParamsSchema, body: jsonBody(policyRestoreSchema) },
  responses: jsonAnswers("The version that it made, or the one there was.", policyVersionSchema),
});

export function toolPolicyRoutes(app: ApiApp, { clock, tools }: AppParts): void {
  app.openapi(get, async (c) => c.json(await c.var.store.toolPolicy.read()));

  app.openapi(apply, async (c) => {
    const { comment, version: expected, ...policy } = c.req.valid("json");
    const before = await c.var.store.toolPolicy.read();
    if (expected !== undefined && expected !== before.version) throw newer(before);
    let place = clock.now();
    // Rules are listed in the order of their ids: in that of the file.
    const planned = planPolicy(before.rules, policy.rules, () => newId("trl", place++));
    const edit = { ...planned, examples: policy.examples, note: comment ?? null };
    return c.json(await save(c, before, { ...edit, places: placesOf(policy, planned.begun) }));
  });

  app.openapi(test, async (c) => {
    const policy = c.req.valid("json");
    const rules = policy.rules.map((rule, at) => ({ ...rule, ...unsaved, id: `rules.${at}` }));
    const places = new Map(rules.map(({ id }) => [id, id]));
    const own = await tools.of(c.var.caller);
    const faults = await ruleFaults(rules, policy.examples, own, places);
    return c.json({ examples: policy.examples.length, ...faults });
  });

  app.openapi(versions, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const place = decodeCursor(cursor, /^\d{1,10}$/);
    const before = place === undefined ? undefined : Number(place);
    const found = await c.var.store.toolPolicy.versions({ before, limit: limit + 1 });
    return c.json(pageOf(found, limit, (one) => String(one.version)));
  });

  app.openapi(version, async (c) =>
    c.json(await c.var.store.toolPolicy.read(c.req.valid("param").version)),
  );

  app.openapi(changes, async (c) => {
    const to = c.req.valid("param").version;
    const { from = Math.max(to - 1, 0) } = c.req.valid("query");
    return c.json(await c.var.store.toolPolicy.diff({ from, to }));
  });

  app.openapi(restore, async (c) => {
    const { toolPolicy } = c.var.store;
    const number = c.req.valid("param").version;
    const [before, wanted] = await Promise.all([toolPolicy.read(), toolPolicy.read(number)]);
    const note = c.req.valid("json").comment ?? `Back to version ${number}`;
    const planned = planRestore(before.rules, wanted.rules);
    return c.json(await save(c, before, { ...planned, examples: wanted.examples, note }));
  });

  async function save(c: Context<ServerEnv>, before: Policy, edit: Omit<RuleEdit, "by">) {
    const { store, caller } = c.var;
    const isSame = JSON.stringify(edit.examples) === JSON.stringify(before.examples);
    const { examples: _examples, ...rest } = edit;
    const by = caller.name;
    if (edit.begun.length > 0 || edit.ended.length > 0 || !isSame) {
      const own = await tools.of(caller);
      await saveToolRules({ store, tools: own }, before, { ...(isSame ? rest : edit), by });
    }
    const [made] = await store.toolPolicy.versions({ limit: 1 });
    return made ?? { ...noVersion, by, createdAt: new Date(clock.now()).toISOString() };
  }
}

const unsaved = { runId: null, interruptId: null } as const;
/** There never was a rule, and there is none. */
const noVersion = { version: 0, note: null, added: 0, changed: 0, removed: 0 } as const;

function newer({ version: now }: Policy): FlotillaError {
  return new FlotillaError("conflict", `The tool rules are at version ${now} by now.`, {
    remedy: "Export them again, and repeat the change.",
  });
}

/** Where in the file each rule that is new or changed stands. */
function placesOf(
  { rules }: PolicySpec,
  begun: readonly { id: string; effect: string; tool: string; when?: unknown }[],
): Map<string, string> {
  return new Map(
    begun.map((one) => [one.id, `rules.${rules.findIndex((rule) => rule.when === one.when)}`]),
  );
}

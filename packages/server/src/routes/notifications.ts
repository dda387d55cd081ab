import {
  channelListSchema,
  channelMadeSchema,
  channelParamsSchema,
  channelSetSchema,
  channelTestedSchema,
  deliveryListQuerySchema,
  deliveryPageSchema,
  deliveryParamsSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { deliverySchema, newId, notificationChannelSchema, userOf } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import {
  namedCredentials,
  ownCredential,
  setNotificationChannel,
} from "../notifications/set-channel.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodeCursor, pageOf, pageOfAll } from "../page.ts";

const tags = ["notifications"];
const params = channelParamsSchema;

const list = guardedRoute("notifications.read", {
  method: "get",
  path: "/notification-channels",
  summary: "Where notifications of the environment go",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The channels, by name.", channelListSchema),
});

const get = guardedRoute("notifications.read", {
  method: "get",
  path: "/notification-channels/{name}",
  summary: "A channel",
  tags,
  request: { params },
  responses: jsonAnswers("The channel.", notificationChannelSchema),
});

const set = guardedRoute("notifications.write", {
  method: "put",
  path: "/notification-channels/{name}",
  summary: "Set a channel, in place of the one of that name",
  tags,
  request: { params, body: jsonBody(channelSetSchema) },
  responses: jsonAnswers(
    "The channel, with its secret if that was made now: it is not shown again.",
    channelMadeSchema,
  ),
});

const test = guardedRoute("notifications.write", {
  method: "post",
  path: "/notification-channels/{name}/test",
  summary: "Send a test through a channel; its deliveries say what became of it",
  tags,
  request: { params },
  responses: jsonAnswers("The test is on its way.", channelTestedSchema, 202),
});

const remove = guardedRoute("notifications.write", {
  method: "delete",
  path: "/notification-channels/{name}",
  summary: "Remove a channel, with what is on its way to it",
  tags,
  request: { params },
  responses: { 204: { description: "It is removed." } },
});

const deliveries = guardedRoute("notifications.read", {
  method: "get",
  path: "/notification-deliveries",
  summary: "What was sent, or is on its way, or was given up and why; newest first",
  tags,
  request: { query: deliveryListQuerySchema },
  responses: jsonAnswers("A page of deliveries.", deliveryPageSchema),
});

const retry = guardedRoute("notifications.write", {
  method: "post",
  path: "/notification-deliveries/{deliveryId}/retry",
  summary: "Send a delivery again that was given up",
  tags,
  request: { params: deliveryParamsSchema },
  responses: jsonAnswers("The delivery, on its way.", deliverySchema),
});

export function notificationRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const all = await c.var.store.notifications.channels();
    return c.json(pageOfAll(all, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(get, async (c) =>
    c.json(await c.var.store.notifications.channel(c.req.valid("param").name)),
  );

  app.openapi(set, async (c) => {
    const { name } = c.req.valid("param");
    const given = c.req.valid("json");
    for (const credential of namedCredentials(given)) {
      await permit(c, "credentials.use", credential);
    }
    c.set("resource", `notifications/${name}`);
    const { store, caller } = c.var;
    const made = await setNotificationChannel(parts, store, caller, name, given);
    c.header("cache-control", "no-store");
    return c.json(made);
  });

  app.openapi(test, async (c) => {
    const { store, caller } = c.var;
    const { id: channelId, name } = await store.notifications.channel(c.req.valid("param").name);
    const notificationId = newId("ntf", parts.clock.now());
    const { organisation, environment } = caller;
    const audienceUser = userOf(caller) ?? caller.id;
    const subject = `This is a test of the channel ${name}`;
    await store.notifications.queue([
      {
        id: notificationId,
        organisation,
        environment,
        event: "test",
        subject,
        channelId,
        audienceUser,
      },
    ]);
    return c.json({ notificationId }, 202);
  });

  app.openapi(remove, async (c) => {
    const { name } = c.req.valid("param");
    const { store } = c.var;
    await store.notifications.removeChannel(name);
    await store.credentials.remove(ownCredential(name));
    return c.body(null, 204);
  });

  app.openapi(deliveries, async (c) => {
    const { cursor, limit, notification: notificationId, ...filter } = c.req.valid("query");
    const before = decodeCursor(cursor, /^dlv_[0-9a-z]{26}$/);
    const wanted = { ...filter, notificationId, before, limit: limit + 1 };
    const page = pageOf(await c.var.store.notifications.deliveries(wanted), limit, ({ id }) => id);
    const shown = await permitted(c, "runs.read");
    // They tell what an agent asks.
    const items = page.items.filter(({ agentName }) => agentName === null || shown(agentName));
    return c.json({ ...page, items });
  });

  app.openapi(retry, async (c) =>
    c.json(await c.var.store.notifications.retry(c.req.valid("param").deliveryId)),
  );
}

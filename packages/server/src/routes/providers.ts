import { providerTestedSchema, providerTestSchema } from "@flotilla/api";
import { FlotillaError, toFlotillaError } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const test = guardedRoute("credentials.use", {
  method: "post",
  path: "/providers/test",
  summary: "Ask a provider for its models, with the key that the caller's calls would have",
  tags: ["models"],
  request: { body: jsonBody(providerTestSchema) },
  responses: jsonAnswers("Whether it answered, and the models it offers.", providerTestedSchema),
});

export function providerRoutes(app: ApiApp, parts: AppParts): void {
  const { models, providers, redact, vault, clock } = parts;

  app.openapi(test, async (c) => {
    const { provider } = c.req.valid("json");
    const { organisation, environment } = c.var.caller;
    if (!Object.hasOwn(providers, provider)) {
      throw new FlotillaError("not_found", `There is no provider ${provider}.`, {
        remedy: `Use one that is configured: ${Object.keys(providers).join(", ")}.`,
      });
    }
    c.set("resource", `providers/${provider}`);
    await vault.refresh();
    const startedAt = clock.now();
    const answer = await models.probe(provider, { organisation, environment }).then(
      (names) => ({ names, problem: "" }),
      (error: unknown) => ({ names: [], problem: problemText(error) }),
    );
    return c.json({
      provider,
      ok: answer.problem === "",
      message: redact.of(organisation).text(answer.problem),
      tookMs: Math.max(0, Math.round(clock.now() - startedAt)),
      models: answer.names.map((name) => `${provider}/${name}`),
    });
  });
}

function problemText(error: unknown): string {
  const { message, remedy } = toFlotillaError(error);
  return remedy ? `${message} ${remedy}` : message;
}

import { logLevelSchema } from "@flotilla/api";
import { capacityLimitsSchema, imagePriceSchema, routesSchema } from "@flotilla/core";
import {
  configuredPriceSchema,
  providerConfigSchema,
  type ProviderConfigInput,
} from "@flotilla/models";
import { sandboxSettingsSchema, toolSourcesSchema, type ToolSources } from "@flotilla/tools";
import { z } from "zod";
import { edgeSettings, httpUrl, list } from "./http/settings.ts";
import { authSettings } from "./auth/settings.ts";
import { errorWebhookSchema } from "./errors/error-webhook.ts";
import { logSchema } from "./log/settings.ts";
import { smtpSchema } from "./notifications/settings.ts";

/** Where artifacts are kept. Keys of object storage come from the environment alone. */
const artifactsSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("folder"), path: z.string().min(1).optional() }),
  z.strictObject({
    kind: z.literal("s3"),
    endpoint: httpUrl,
    bucket: z.string().min(1),
    region: z.string().min(1).default("us-east-1"),
    prefix: z.string().default(""),
    accessKeyEnv: z.string().min(1).default("AWS_ACCESS_KEY_ID"),
    secretKeyEnv: z.string().min(1).default("AWS_SECRET_ACCESS_KEY"),
    forcePathStyle: z.boolean().default(true),
  }),
]);

/** A key of HashiCorp Vault's transit engine. */
const vaultTransitSchema = z.strictObject({
  address: httpUrl,
  mount: z.string().min(1).default("transit"),
  key: z.string().min(1).default("flotilla"),
  tokenEnv: z.string().min(1).default("VAULT_TOKEN"),
  namespace: z.string().min(1).optional(),
});

function daysOrNever(days: number) {
  return z.preprocess(
    (value) => (value === "never" ? null : value),
    z.coerce.number().positive().nullable().default(days),
  );
}

/**
 * Every setting of the platform, in one schema. A setting comes from a command-line option, else
 * from the environment variable in `environment`, else from the config file, else from its
 * default. The table of docs/configuration.md is made from it (`npm run settings -w
 * packages/server`): `unset` is what it shows where the default is none or says nothing.
 */
export const configSchema = z.strictObject({
  home: z
    .string()
    .min(1)
    .default(".flotilla")
    .describe("Folder for the embedded database, recordings and workspaces."),
  databaseUrl: z
    .string()
    .regex(
      /^postgres(ql)?:\/\//,
      "give a connection string: postgres://user:password@host:5432/database",
    )
    .optional()
    .describe(
      "A Postgres server (15 or newer) instead of the embedded one. Any number of workers can share it.",
    ),
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("Address to listen on. Others than loopback need `publicUrl`, and sign-in."),
  port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(4600)
    .describe("Port to listen on; `0` takes a free one."),
  ...edgeSettings,
  ...authSettings,
  workers: z.coerce
    .number()
    .int()
    .min(0)
    .max(64)
    .default(1)
    .describe("Worker processes that `flotilla up` keeps alive; `0` for the API alone."),
  workerMegabytes: z.coerce
    .number()
    .int()
    .min(256)
    .max(1_000_000)
    .default(4_096)
    .describe(
      "Memory that a worker may use; one that needs more is ended ([dead-letters.md](dead-letters.md#calls-that-end-their-worker)).",
    ),
  concurrency: z.coerce
    .number()
    .int()
    .min(1)
    .max(20_000)
    .default(1_000)
    .describe("Batch runs at once per worker, and as many single runs beside them."),
  drainSeconds: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(10)
    .describe("How long steps under way may take to finish when a worker stops."),
  retentionDays: daysOrNever(90).describe(
    "Runs that ended this long ago are deleted with their journals, workspaces and artifacts; `never` keeps them.",
  ),
  activityDays: daysOrNever(365).describe(
    "Entries of the [activity log](activity.md) are deleted after this long; `never` keeps them.",
  ),
  cacheMegabytes: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(512)
    .describe(
      "How much is kept of the answers of models, for agents that ask for it ([cache.md](cache.md)).",
    ),
  logLevel: logLevelSchema.optional().meta({
    description:
      "`debug`, `info`, `warn`, `error` or `silent`. JSON lines on stderr; readable lines on a terminal.",
    unset: "`info`, on a terminal `warn`",
  }),
  log: logSchema.prefault({}).meta({
    description:
      "A log file with rotation, and levels of components ([logs.md](logs.md)); JSON in the environment.",
    unset: "stderr",
  }),
  errorWebhook: errorWebhookSchema.optional().meta({
    description:
      "`url` and `headers` of where [news of errors](health.md#errors) is sent; JSON in the environment.",
    unset: "none",
  }),
  smtp: smtpSchema.optional().meta({
    description:
      "`host`, `port`, `secure`, `user`, `password` and `from` of the server that [e-mail](notifications.md#e-mail) goes through; JSON in the environment.",
    unset: "none",
  }),
  seed: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("An empty platform gets an example agent and an example batch."),
  tools: toolSourcesSchema.prefault({}).meta({
    description:
      "Folder of your own tool files, or `folder`, `packages` and `openapi` ([tools.md](tools.md#your-own-tools)); a path or JSON in the environment.",
    unset: "none",
  }),
  mcpExtension: z.string().min(1).optional().meta({
    description:
      "A module with tools, resources and prompts of your own for the [MCP server](mcp-server.md#extensions).",
    unset: "none",
  }),
  searchFolders: list(z.string()).meta({
    description:
      "Folders whose files `web_search` finds without any search service, for every organisation ([search.md](search.md)); a list, or comma-separated.",
    unset: "none",
  }),
  httpAllow: list(z.string()).meta({
    description:
      "`host:port` of own services that the HTTP tools may reach although they are private; a list, or comma-separated.",
    unset: "none",
  }),
  imageModel: z
    .string()
    .regex(/^[^/\s]+\/\S+$/)
    .optional()
    .meta({
      description:
        "The model that [`image_generate`](tools.md#image_generate) asks where a call names none, as `provider/model`.",
      unset: "each call names one",
    }),
  sandbox: sandboxSettingsSchema.prefault({}).meta({
    description:
      "What programs of the tools for code may use, and in which tier they run ([sandbox.md](sandbox.md#settings)); JSON in the environment.",
    unset: "the strongest tier",
  }),
  recordings: z.string().min(1).optional().meta({
    description:
      "Folder of recordings for the `recorded` provider ([recordings.md](recordings.md)).",
    unset: "`<home>/recordings`",
  }),
  providers: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/), providerConfigSchema)
    .default({})
    .meta({
      description: "Model providers by name; JSON in the environment.",
      unset: "see below",
    }),
  limits: z.record(z.string(), capacityLimitsSchema).default({}).meta({
    description:
      "What providers allow, by `provider/model` or provider ([capacity.md](capacity.md)); JSON in the environment.",
    unset: "learned",
  }),
  prices: z.record(z.string(), configuredPriceSchema).default({}).meta({
    description:
      "[Prices](costs.md#prices) by `provider/model`, in micro-USD per million tokens; JSON in the environment.",
    unset: "list prices",
  }),
  imagePrices: z.record(z.string(), imagePriceSchema).default({}).meta({
    description:
      "[Prices of images](costs.md#images) by `provider/model`, in micro-USD; JSON in the environment.",
    unset: "list prices",
  }),
  routes: routesSchema.default({}).meta({
    description:
      "Names for several models, from which each call chooses ([routes.md](routes.md)); JSON in the environment.",
    unset: "none",
  }),
  contextWindows: z.record(z.string(), z.int().positive()).default({}).meta({
    description:
      "Tokens that a model takes, by `provider/model` or by provider ([context.md](context.md#tokens)); JSON in the environment.",
    unset: "public ones",
  }),
  artifacts: artifactsSchema.prefault({ kind: "folder" }).meta({
    description:
      "Where large results are kept: a folder or S3-compatible storage ([context.md](context.md#artifacts)); JSON in the environment.",
    unset: "`{ kind: folder }`",
  }),
  vaultKey: z.string().min(1).optional().meta({
    description:
      "Key of the credentials vault, 32 bytes in base64, and old keys after a comma ([credentials.md](credentials.md#keys)). The same on every server and worker.",
    unset: "`<home>/vault.key` with the embedded database",
  }),
  vaultTransit: vaultTransitSchema.optional().meta({
    description:
      "A key of HashiCorp Vault's transit engine in its place ([credentials.md](credentials.md#keys)); JSON in the environment.",
    unset: "none",
  }),
});

export type ConfigInput = z.input<typeof configSchema>;

/** Which variable sets which setting; some take JSON. */
export const environment: Readonly<Record<keyof ConfigInput, string>> = {
  home: "FLOTILLA_HOME",
  databaseUrl: "DATABASE_URL",
  host: "FLOTILLA_HOST",
  port: "FLOTILLA_PORT",
  allowedHosts: "FLOTILLA_ALLOWED_HOSTS",
  trustedProxies: "FLOTILLA_TRUSTED_PROXIES",
  corsOrigins: "FLOTILLA_CORS_ORIGINS",
  rateLimits: "FLOTILLA_RATE_LIMITS",
  signIn: "FLOTILLA_SIGN_IN",
  publicUrl: "FLOTILLA_PUBLIC_URL",
  secret: "FLOTILLA_SECRET",
  openRegistration: "FLOTILLA_OPEN_REGISTRATION",
  oidc: "FLOTILLA_OIDC",
  jwt: "FLOTILLA_JWT",
  workers: "FLOTILLA_WORKERS",
  workerMegabytes: "FLOTILLA_WORKER_MEGABYTES",
  concurrency: "FLOTILLA_CONCURRENCY",
  drainSeconds: "FLOTILLA_DRAIN_SECONDS",
  retentionDays: "FLOTILLA_RETENTION_DAYS",
  activityDays: "FLOTILLA_ACTIVITY_DAYS",
  cacheMegabytes: "FLOTILLA_CACHE_MEGABYTES",
  logLevel: "FLOTILLA_LOG_LEVEL",
  log: "FLOTILLA_LOG",
  errorWebhook: "FLOTILLA_ERROR_WEBHOOK",
  smtp: "FLOTILLA_SMTP",
  seed: "FLOTILLA_SEED",
  tools: "FLOTILLA_TOOLS",
  mcpExtension: "FLOTILLA_MCP_EXTENSION",
  searchFolders: "FLOTILLA_SEARCH_FOLDERS",
  httpAllow: "FLOTILLA_HTTP_ALLOW",
  imageModel: "FLOTILLA_IMAGE_MODEL",
  sandbox: "FLOTILLA_SANDBOX",
  recordings: "FLOTILLA_RECORDINGS",
  providers: "FLOTILLA_PROVIDERS",
  prices: "FLOTILLA_PRICES",
  imagePrices: "FLOTILLA_IMAGE_PRICES",
  limits: "FLOTILLA_LIMITS",
  routes: "FLOTILLA_ROUTES",
  contextWindows: "FLOTILLA_CONTEXT_WINDOWS",
  artifacts: "FLOTILLA_ARTIFACTS",
  vaultKey: "FLOTILLA_VAULT_KEY",
  vaultTransit: "FLOTILLA_VAULT_TRANSIT",
};

/** Settings that are JSON where a variable sets them. */
export const jsonSettings: readonly (keyof ConfigInput)[] = [
  "sandbox",
  "providers",
  "prices",
  "imagePrices",
  "limits",
  "routes",
  "contextWindows",
  "artifacts",
  "vaultTransit",
  "log",
  "errorWebhook",
  "smtp",
  "rateLimits",
  "oidc",
  "jwt",
];

/** Settings whose texts may name the place of a secret instead (`read-secret.ts`). */
export const secretSettings: readonly (keyof ConfigInput)[] = [
  "databaseUrl",
  "providers",
  "secret",
  "vaultKey",
  "errorWebhook",
  "smtp",
];

export type Environment = Record<string, string | undefined>;

export interface Config extends Omit<z.output<typeof configSchema>, "providers" | "tools"> {
  tools: ToolSources;
  /** The configured providers over the ones that are there by default. */
  providers: Record<string, ProviderConfigInput>;
  /** The environment, with the variables in it that files hold (`X_FILE`). */
  variables: Environment;
}

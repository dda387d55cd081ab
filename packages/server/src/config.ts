import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { capacityLimitsSchema, FlotillaError, routesSchema } from "@flotilla/core";
import {
  configuredPriceSchema,
  defaultProviders,
  providerConfigSchema,
  type ProviderConfigInput,
} from "@flotilla/models";
import { parse as parseYaml } from "yaml";
import { z } from "zod";

/** Where artifacts are kept. Keys of object storage come from the environment alone. */
const artifactsSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("folder"), path: z.string().min(1).optional() }),
  z.strictObject({
    kind: z.literal("s3"),
    endpoint: z.url({ protocol: /^https?$/ }),
    bucket: z.string().min(1),
    region: z.string().min(1).default("us-east-1"),
    prefix: z.string().default(""),
    accessKeyEnv: z.string().min(1).default("AWS_ACCESS_KEY_ID"),
    secretKeyEnv: z.string().min(1).default("AWS_SECRET_ACCESS_KEY"),
    forcePathStyle: z.boolean().default(true),
  }),
]);

/**
 * Every setting of the platform, in one schema. A setting comes from a command-line option, else
 * from the environment variable in `environment`, else from the config file, else from its
 * default. docs/configuration.md is the table of them.
 */
export const configSchema = z.strictObject({
  home: z.string().min(1).default(".flotilla"),
  databaseUrl: z
    .string()
    .regex(
      /^postgres(ql)?:\/\//,
      "give a connection string: postgres://user:password@host:5432/database",
    )
    .optional(),
  host: z.string().min(1).default("127.0.0.1"),
  port: z.coerce.number().int().min(0).max(65_535).default(4600),
  workers: z.coerce.number().int().min(0).max(64).default(1),
  concurrency: z.coerce.number().int().min(1).max(20_000).default(1_000),
  drainSeconds: z.coerce.number().min(0).max(3_600).default(10),
  retentionDays: z.preprocess(
    (value) => (value === "never" ? null : value),
    z.coerce.number().positive().nullable().default(90),
  ),
  cacheMegabytes: z.coerce.number().int().min(1).max(1_000_000).default(512),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).optional(),
  seed: z.stringbool().or(z.boolean()).default(true),
  tools: z.string().min(1).optional(),
  httpAllow: z
    .union([z.array(z.string()), z.string().transform((list) => list.split(",").filter(Boolean))])
    .default([]),
  recordings: z.string().min(1).optional(),
  providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/), providerConfigSchema).default({}),
  prices: z.record(z.string(), configuredPriceSchema).default({}),
  limits: z.record(z.string(), capacityLimitsSchema).default({}),
  routes: routesSchema.default({}),
  contextWindows: z.record(z.string(), z.int().positive()).default({}),
  artifacts: artifactsSchema.prefault({ kind: "folder" }),
});

type ConfigInput = z.input<typeof configSchema>;

/** Which variable sets which setting; some take JSON. */
export const environment: Readonly<Record<keyof ConfigInput, string>> = {
  home: "FLOTILLA_HOME",
  databaseUrl: "DATABASE_URL",
  host: "FLOTILLA_HOST",
  port: "FLOTILLA_PORT",
  workers: "FLOTILLA_WORKERS",
  concurrency: "FLOTILLA_CONCURRENCY",
  drainSeconds: "FLOTILLA_DRAIN_SECONDS",
  retentionDays: "FLOTILLA_RETENTION_DAYS",
  cacheMegabytes: "FLOTILLA_CACHE_MEGABYTES",
  logLevel: "FLOTILLA_LOG_LEVEL",
  seed: "FLOTILLA_SEED",
  tools: "FLOTILLA_TOOLS",
  httpAllow: "FLOTILLA_HTTP_ALLOW",
  recordings: "FLOTILLA_RECORDINGS",
  providers: "FLOTILLA_PROVIDERS",
  prices: "FLOTILLA_PRICES",
  limits: "FLOTILLA_LIMITS",
  routes: "FLOTILLA_ROUTES",
  contextWindows: "FLOTILLA_CONTEXT_WINDOWS",
  artifacts: "FLOTILLA_ARTIFACTS",
};

export interface Config extends Omit<z.output<typeof configSchema>, "providers"> {
  /** The configured providers over the ones that are there by default. */
  providers: Record<string, ProviderConfigInput>;
}

type Environment = Record<string, string | undefined>;

/** The paces of the simulated provider when nothing else is said: slow enough to watch. */
const watchable = { latencyMs: 400, tokensPerSecond: 80 };

/**
 * Reads the configuration. Paths come out absolute.
 *
 * Throws `config_invalid` listing every problem at once, with the name each setting has where
 * it was set.
 *
 * @param options what the command line says; undefined values are not said
 */
export function loadConfig(options: Partial<ConfigInput>, env: Environment, cwd: string): Config {
  const file = configFile(env, cwd);
  const said = { ...file.settings, ...fromEnvironment(env), ...defined(options) };
  const parsed = configSchema.safeParse(said);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const setting = issue.path[0] as keyof ConfigInput | undefined;
      const source = setting ? sourceOf(setting, options, env, file.path) : file.path;
      const path = issue.path.slice(1).join(".");
      return `${source}${path && ` (${path})`}: ${issue.message}`;
    });
    throw new FlotillaError(
      "config_invalid",
      `The configuration has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`,
    );
  }
  const config = parsed.data;
  const at = (path: string) => (isAbsolute(path) ? path : resolve(cwd, path));
  const home = at(config.home);
  const defaults = defaultProviders(env);
  return {
    ...config,
    home,
    recordings: config.recordings ? at(config.recordings) : join(home, "recordings"),
    ...(config.tools && { tools: at(config.tools) }),
    providers: {
      ...defaults,
      simulated: { kind: "simulated", ...watchable },
      ...config.providers,
    },
  };
}

const fileNames = ["flotilla.yaml", "flotilla.yml", "flotilla.json"];

function configFile(
  env: Environment,
  cwd: string,
): { path: string; settings: Partial<ConfigInput> } {
  const named = env["FLOTILLA_CONFIG"];
  const path = named
    ? resolve(cwd, named)
    : fileNames.map((name) => join(cwd, name)).find((candidate) => existsSync(candidate));
  if (!path) return { path: "the command line", settings: {} };
  try {
    const settings: unknown = parseYaml(readFileSync(path, "utf8")) ?? {};
    if (typeof settings !== "object" || Array.isArray(settings))
      throw new Error("it is not a mapping");
    return { path, settings: settings as Partial<ConfigInput> };
  } catch (error) {
    throw new FlotillaError(
      "config_invalid",
      `${path} cannot be read: ${(error as Error).message}`,
    );
  }
}

const jsonSettings = new Set([
  "providers",
  "prices",
  "limits",
  "routes",
  "contextWindows",
  "artifacts",
]);

function fromEnvironment(env: Environment): Partial<ConfigInput> {
  const settings: Record<string, unknown> = {};
  for (const [setting, name] of Object.entries(environment)) {
    const text = env[name];
    if (text === undefined || text === "") continue;
    settings[setting] = jsonSettings.has(setting) ? json(name, text) : text;
  }
  return settings;
}

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FlotillaError(
      "config_invalid",
      `${name} is not valid JSON: ${(error as Error).message}`,
    );
  }
}

function sourceOf(
  setting: keyof ConfigInput,
  options: Partial<ConfigInput>,
  env: Environment,
  file: string,
): string {
  if (options[setting] !== undefined) return `--${setting}`;
  return env[environment[setting]] ? environment[setting] : `${setting} in ${file}`;
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

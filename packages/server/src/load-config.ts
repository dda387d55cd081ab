import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { FlotillaError } from "@flotilla/core";
import { defaultProviders } from "@flotilla/models";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import {
  configSchema,
  environment,
  jsonSettings,
  secretSettings,
  type Config,
  type ConfigInput,
  type Environment,
} from "./config.ts";
import { nearestName } from "./nearest-name.ts";
import { readSecrets, readVariableFiles } from "./read-secret.ts";

/** The paces of the simulated provider when nothing else is said: slow enough to watch. */
const watchable = { latencyMs: 400, tokensPerSecond: 80 };

/** What was said, and where. */
interface Said {
  settings: Record<string, unknown>;
  sourceOf(setting: string): string;
  /** Settings with secrets that could not be read: nothing more is said about them. */
  unread: Set<string>;
}

/**
 * Reads the configuration: the file, the environment, the options, and the secrets that they name.
 * Paths come out absolute.
 *
 * Throws `config_invalid` listing every problem at once, with the name each setting has where
 * it was set. No problem tells a secret.
 *
 * @param options what the command line says; undefined values are not said
 */
export async function loadConfig(
  options: Partial<ConfigInput>,
  env: Environment,
  cwd: string,
): Promise<Config> {
  const problems: string[] = [];
  const variables = readVariableFiles(env, problems);
  const said = gather(options, variables, cwd, problems);
  for (const setting of secretSettings) {
    const value = said.settings[setting];
    if (value === undefined) continue;
    said.settings[setting] = await readSecrets(value, variables, (problem) => {
      said.unread.add(setting);
      problems.push(`${said.sourceOf(setting)}: ${problem}`);
    });
  }
  const parsed = configSchema.safeParse(said.settings);
  const config = parsed.data;
  for (const issue of parsed.error?.issues ?? []) problems.push(...describeIssue(issue, said));
  if (problems.length > 0 || !config) {
    throw new FlotillaError(
      "config_invalid",
      `The configuration has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`,
    );
  }
  const at = (path: string) => (isAbsolute(path) ? path : resolve(cwd, path));
  const home = at(config.home);
  return {
    ...config,
    variables,
    home,
    recordings: config.recordings ? at(config.recordings) : join(home, "recordings"),
    tools: toolsAt(config.tools, cwd),
    ...(config.mcpExtension && { mcpExtension: at(config.mcpExtension) }),
    ...(config.log.file && { log: { ...config.log, file: resolve(home, config.log.file) } }),
    providers: {
      ...defaultProviders(variables),
      simulated: { kind: "simulated", ...watchable },
      ...config.providers,
    },
  };
}

/** With absolute paths: packages are found as the working directory finds them. */
function toolsAt({ folder, ...others }: Config["tools"], cwd: string): Config["tools"] {
  return { ...others, from: cwd, ...(folder && { folder: resolve(cwd, folder) }) };
}

function gather(
  options: Partial<ConfigInput>,
  env: Environment,
  cwd: string,
  problems: string[],
): Said {
  const file = configFile(env, cwd, problems);
  const chosen = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings = {
    ...file.settings,
    ...fromEnvironment(env, problems),
    ...Object.fromEntries(chosen),
  };
  const sourceOf = (setting: string) => {
    if (chosen.some(([name]) => name === setting)) return `--${setting}`;
    const variable = environment[setting as keyof ConfigInput];
    return variable && env[variable] ? variable : `${setting} in ${file.path}`;
  };
  return { settings, sourceOf, unread: new Set() };
}

const fileNames = ["flotilla.yaml", "flotilla.yml", "flotilla.json"];

function configFile(
  env: Environment,
  cwd: string,
  problems: string[],
): { path: string; settings: object } {
  const named = env["FLOTILLA_CONFIG"];
  const path = named
    ? resolve(cwd, named)
    : fileNames.map((name) => join(cwd, name)).find((candidate) => existsSync(candidate));
  if (!path) return { path: "the command line", settings: {} };
  try {
    const settings: unknown = parseYaml(readFileSync(path, "utf8")) ?? {};
    if (typeof settings !== "object" || settings === null || Array.isArray(settings))
      throw new Error("it is not a mapping");
    return { path, settings };
  } catch (error) {
    problems.push(`${path} cannot be read: ${(error as Error).message}`);
    return { path, settings: {} };
  }
}

function fromEnvironment(env: Environment, problems: string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [setting, name] of Object.entries(environment)) {
    const text = env[name];
    if (text === undefined || text === "") continue;
    const isJson = jsonSettings.some((one) => one === setting);
    try {
      settings[setting] = isJson ? JSON.parse(text) : text;
    } catch {
      // The parser's message quotes the text, which may hold a key.
      problems.push(`${name}: it is not valid JSON`);
    }
  }
  return settings;
}

/** One line per thing that is wrong. */
function describeIssue(issue: z.core.$ZodIssue, said: Said): string[] {
  const [setting, ...rest] = issue.path.map(String);
  if (setting !== undefined && said.unread.has(setting)) return [];
  if (issue.code === "unrecognized_keys") {
    const known = namesAt(z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }), [
      ...issue.path.map(String),
    ]);
    return issue.keys.map((key) => {
      const where = setting === undefined ? said.sourceOf(key) : said.sourceOf(setting);
      const path = setting === undefined ? "" : ` (${[...rest, key].join(".")})`;
      const meant = nearestName(key, known);
      return `${where}${path}: there is no such setting${meant ? `; is it "${meant}"?` : ""}`;
    });
  }
  const source = setting === undefined ? "The configuration" : said.sourceOf(setting);
  return [`${source}${rest.length > 0 ? ` (${rest.join(".")})` : ""}: ${issue.message}`];
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The names that an object of the schema can have at a path. */
function namesAt(schema: JsonSchema, path: string[]): string[] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const deeper = branches.flatMap((branch) => namesAt(branch, path));
  const [next, ...rest] = path;
  if (next === undefined) return [...Object.keys(schema.properties ?? {}), ...deeper];
  const child = schema.properties?.[next] ?? schema.additionalProperties;
  return typeof child === "object" ? [...namesAt(child, rest), ...deeper] : deeper;
}

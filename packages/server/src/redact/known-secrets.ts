import type { ProviderConfigInput } from "@flotilla/models";
import type { Config } from "../config.ts";

type Environment = Record<string, string | undefined>;

/** Variables whose names say that they hold a secret, ours or one of a tool. */
export const secretName = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD)S?$/i;
/** Headers and parameters, likewise. */
const secretHeader = /auth|key|token|secret|cookie|password/i;

/** Every secret that the configuration and the environment hold. */
export function knownSecrets(
  config: Pick<Config, "providers" | "databaseUrl" | "artifacts" | "vaultKey" | "smtp">,
  env: Environment,
): string[] {
  const named = Object.entries(env).filter(([name]) => secretName.test(name));
  const { artifacts, databaseUrl, vaultKey = "", smtp } = config;
  const secrets = [
    ...named.map(([, value]) => value),
    ...Object.values(config.providers).flatMap((provider) => providerSecrets(provider, env)),
    ...urlSecrets(databaseUrl),
    ...vaultKey.split(/[\s,]+/),
    smtp?.password,
    ...urlSecrets(env["DATABASE_URL"]),
    artifacts.kind === "s3" ? env[artifacts.secretKeyEnv] : undefined,
  ];
  return secrets.filter((secret): secret is string => Boolean(secret));
}

function providerSecrets(provider: ProviderConfigInput, env: Environment) {
  const { apiKey, apiKeyEnv, headers = {}, baseURL } = provider;
  return [apiKey, apiKeyEnv && env[apiKeyEnv], ...headerSecrets(headers), ...urlSecrets(baseURL)];
}

/** The value of `authorization: Bearer …` is a secret without its first word too. */
function headerSecrets(headers: Record<string, string>): string[] {
  return Object.entries(headers)
    .filter(([name]) => secretHeader.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\S+ /, "")]);
}

/** The password of a URL and its secret parameters, as they are written and as they are meant. */
export function urlSecrets(text: string | undefined): string[] {
  const url = text === undefined ? null : URL.parse(text);
  if (!url) return [];
  const parameters = [...url.searchParams].filter(([name]) => secretHeader.test(name));
  return [url.password, decoded(url.password), ...parameters.map(([, value]) => value)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import {
  environment,
  jsonSettings,
  secretSettings,
  type Config,
  type Environment,
} from "./config.ts";
import { secretName } from "./redact/known-secrets.ts";

/** An environment in parts, by who may see them. */
export interface HiddenEnvironment {
  /** Holds no secret: child processes get it. */
  open: Environment;
  /** The platform's own secrets, for its own processes alone; never in an environment that others inherit. */
  own: Environment;
  /** Of tools and of libraries, by their names: for the processes that run tools. */
  tools: Environment;
}

type SecretConfig = Pick<Config, "providers" | "artifacts" | "vaultTransit">;

export function hideEnvironment(env: Environment, config: SecretConfig): HiddenEnvironment {
  const ours = ownNames(config);
  const parts: HiddenEnvironment = { open: {}, own: {}, tools: {} };
  for (const [name, value] of Object.entries(env)) {
    if (ours.has(name)) parts.own[name] = value;
    else if (secretName.test(name)) parts.tools[name] = value;
    else parts.open[name] = value;
  }
  return parts;
}

/** Takes the platform's own secrets out of this process's environment: what it starts inherits none. */
export function forgetSecrets(env: Environment, config: SecretConfig): void {
  for (const name of Object.keys(hideEnvironment(env, config).own)) delete env[name];
}

/** Variables of settings that may hold a secret, and those that other settings name. */
function ownNames({ providers, artifacts, vaultTransit }: SecretConfig): Set<string> {
  const settings = [...secretSettings, ...jsonSettings].map((setting) => environment[setting]);
  const keys = Object.values(providers).map(({ apiKeyEnv }) => apiKeyEnv);
  const storage = artifacts.kind === "s3" ? [artifacts.accessKeyEnv, artifacts.secretKeyEnv] : [];
  const named = [...settings, ...keys, ...storage, vaultTransit?.tokenEnv, "VAULT_TOKEN"];
  return new Set(named.filter((name) => name !== undefined));
}

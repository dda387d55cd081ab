import type { Config } from "../config.ts";
import type { ProcessLog } from "../log.ts";
import { knownSecrets } from "./known-secrets.ts";
import { Redactor } from "./redactor.ts";

/** The process's redactor, which knows what the configuration holds; its log passes through it from now on. */
export function openRedactor(config: Config, logs: Pick<ProcessLog, "redactWith">): Redactor {
  const redact = new Redactor();
  for (const secret of knownSecrets(config, config.variables)) redact.learn(secret);
  logs.redactWith((text) => redact.text(text));
  return redact;
}

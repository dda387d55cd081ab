import { expect, test } from "vitest";
import { forgetSecrets, hideEnvironment } from "./hidden-environment.ts";
import { loadConfig } from "./load-config.ts";

const env = {
  PATH: "/bin",
  FLOTILLA_HOME: "/home",
  DATABASE_URL: "postgres://me:secret@db/f",
  FLOTILLA_VAULT_KEY: Buffer.alloc(32, 1).toString("base64"),
  OPENAI_API_KEY: "sk-1",
  ODD_NAME: "sk-2",
  FLOTILLA_PROVIDERS: JSON.stringify({ mine: { kind: "openai", apiKeyEnv: "ODD_NAME" } }),
  GITHUB_TOKEN: "ghp-3",
};

test("an environment is parted by who may see it", async () => {
  const parts = hideEnvironment(env, await loadConfig({}, env, "/"));
  expect(Object.keys(parts.open)).toEqual(["PATH", "FLOTILLA_HOME"]);
  expect(Object.keys(parts.tools)).toEqual(["GITHUB_TOKEN"]);
  expect(Object.keys(parts.own).toSorted()).toEqual([
    "DATABASE_URL",
    "FLOTILLA_PROVIDERS",
    "FLOTILLA_VAULT_KEY",
    "ODD_NAME",
    "OPENAI_API_KEY",
  ]);
});

test("what a process starts inherits none of the platform's secrets", async () => {
  const own = { ...env };
  const config = await loadConfig({}, own, "/");
  forgetSecrets(own, config);
  expect(Object.keys(own)).toEqual(["PATH", "FLOTILLA_HOME", "GITHUB_TOKEN"]);
  expect(config.variables["OPENAI_API_KEY"]).toBe("sk-1");
});

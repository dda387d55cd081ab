import { expect, test } from "vitest";
import { loadConfig } from "../load-config.ts";
import { knownSecrets } from "./known-secrets.ts";

test("secrets are known from wherever the configuration may hold them", async () => {
  const env = {
    DATABASE_URL: "postgres://me:p%40ss-word-1@db.test:5432/flotilla",
    OPENAI_API_KEY: "openai-key-2",
    ODD_NAME: "configured-key-3",
    GITHUB_TOKEN: "tool-token-4",
    AWS_SECRET_ACCESS_KEY: "s3-secret-5",
    HOME: "/home/me",
    FLOTILLA_PROVIDERS: JSON.stringify({
      a: { kind: "openai", apiKey: "config-key-6" },
      b: { kind: "openai", apiKeyEnv: "ODD_NAME", headers: { "x-api-key": "header-key-7" } },
      c: {
        kind: "openai-compatible",
        baseURL: "https://u:url-password-8@x.test/v1?api_key=query-key-9",
        headers: { Authorization: "Bearer bearer-token-10", accept: "text/plain" },
      },
    }),
  };
  const known = knownSecrets(await loadConfig({}, env, "/"), env);
  expect([...new Set(known)].toSorted()).toEqual(
    [
      "Bearer bearer-token-10",
      "bearer-token-10",
      "config-key-6",
      "configured-key-3",
      "header-key-7",
      "openai-key-2",
      "p%40ss-word-1",
      "p@ss-word-1",
      "query-key-9",
      "s3-secret-5",
      "tool-token-4",
      "url-password-8",
    ].toSorted(),
  );
});

test("nothing is known where nothing is secret", async () => {
  expect(knownSecrets(await loadConfig({}, {}, "/"), {})).toEqual([]);
});

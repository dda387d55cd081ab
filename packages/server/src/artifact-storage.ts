import { isAbsolute, join, resolve } from "node:path";
import { FlotillaError } from "@flotilla/core";
import type { ArtifactStorage } from "@flotilla/store";
import type { Config } from "./config.ts";

/**
 * The storage of artifacts that the configuration names, with the keys from the environment. A
 * relative folder is one in the home. Throws `config_invalid` when a key is not there.
 */
export function artifactStorage(
  { artifacts, home }: Pick<Config, "artifacts" | "home">,
  env: Record<string, string | undefined>,
): ArtifactStorage {
  if (artifacts.kind === "folder") {
    const { path = "artifacts" } = artifacts;
    return { kind: "folder", path: isAbsolute(path) ? path : resolve(join(home, path)) };
  }
  const { accessKeyEnv, secretKeyEnv, ...storage } = artifacts;
  const key = (name: string) => {
    const value = env[name];
    if (value) return value;
    throw new FlotillaError("config_invalid", `The storage of artifacts needs a key in ${name}.`, {
      remedy: `Set ${name}, or name another variable in artifacts.accessKeyEnv and secretKeyEnv.`,
    });
  };
  return { ...storage, accessKeyId: key(accessKeyEnv), secretAccessKey: key(secretKeyEnv) };
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../src/embedded/server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A role that may create databases on the one server all tests share. */
    postgresUrl: string;
  }
}

/** Gives the tests a real Postgres: that of DATABASE_URL, or an embedded one for this run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const own = process.env.DATABASE_URL;
  if (own) {
    project.provide("postgresUrl", own);
    return async () => undefined;
  }
  const home = await mkdtemp(join(tmpdir(), "flotilla-test-"));
  const remove = () => rm(home, { recursive: true, force: true });
  const server = await startEmbedded({ home }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  project.provide("postgresUrl", server.url);
  return async () => {
    await server.stop();
    await remove();
  };
}

import { FlotillaError } from "@flotilla/core";
import { openPool, openStore, startEmbedded, superviseEmbedded } from "@flotilla/store";
import { linkTo, newLinkToken } from "./auth/link-token.ts";
import { adminLinkSeconds } from "./auth/open-sign-in.ts";
import { loadConfig } from "./load-config.ts";

export interface AdminLinkOptions {
  home?: string | undefined;
  /** Where people reach the server, unless the configuration has a `publicUrl`. */
  url: string;
}

/**
 * A link by which somebody becomes an owner, or comes back in as one: for whoever has the machine, with
 * its database. Works while the platform runs and while it does not, once it has been started.
 */
export async function makeAdminLink({ home, url }: AdminLinkOptions): Promise<string> {
  const config = await loadConfig({ home }, process.env, process.cwd());
  const database = await reachDatabase(config.home, config.databaseUrl);
  try {
    await requireTables(database.url);
    const store = await openStore({ url: database.url, onError: () => undefined });
    try {
      const token = newLinkToken();
      await store.identity.createAdminLink(token.hash, adminLinkSeconds);
      return linkTo(config.publicUrl ?? url.replace(/\/+$/, ""), "admin-link", token);
    } finally {
      await store.close();
    }
  } finally {
    await database.leave();
  }
}

async function reachDatabase(home: string, url: string | undefined) {
  if (url) return { url, leave: async () => undefined };
  try {
    const own = await superviseEmbedded({ home });
    return { url: own.url, leave: own.stop };
  } catch (error) {
    // Another Flotilla has it: the platform runs, and its database is not ours to stop.
    if (!(error instanceof FlotillaError) || error.code !== "conflict") throw error;
    const running = await startEmbedded({ home });
    return { url: running.url, leave: async () => undefined };
  }
}

async function requireTables(url: string): Promise<void> {
  const pool = openPool({ url, max: 1, name: "flotilla-admin", onError: () => undefined });
  try {
    const { rows } = await pool.query("SELECT to_regclass('admin_link') AS found");
    if ((rows as { found: unknown }[])[0]?.found) return;
  } finally {
    await pool.end();
  }
  throw new FlotillaError("conflict", "The platform has not been started here yet.", {
    remedy: "Start it with `flotilla up`: it prints the first link by itself.",
  });
}

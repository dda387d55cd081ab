import type pg from "pg";
import type { Scope } from "./scope.ts";

/** The role in which requests are served; migration 0012 makes it. */
export const tenantRole = "flotilla_tenant";

/**
 * Connections of a pool of that role, each in this scope from the moment it is handed out. The scope
 * takes one round trip, and none on a connection that is in it still; one whose scope could not be set
 * is thrown away. Ending the pool stays its owner's.
 */
export function scopedPool(pool: pg.Pool, scope: Scope): pg.Pool {
  const scoped = {
    connect: () => checkOut(pool, scope),
    async query(query: string | pg.QueryConfig, values?: unknown[]) {
      const client = await checkOut(pool, scope);
      try {
        const result = await client.query(query, values);
        client.release();
        return result;
      } catch (error) {
        client.release(error as Error);
        throw error;
      }
    },
  };
  // What queries use of a pool, and nothing else.
  return scoped as unknown as pg.Pool;
}

/** The scope that each connection is in, as far as that is certain. */
const scopes = new WeakMap<pg.PoolClient, string>();

async function checkOut(pool: pg.Pool, scope: Scope): Promise<pg.PoolClient> {
  const client = await pool.connect();
  const { organisation, environment } = scope;
  const wanted = `${organisation} ${environment}`;
  if (scopes.get(client) === wanted) return client;
  scopes.delete(client);
  try {
    await client.query({
      name: "set_scope",
      text: "SELECT set_config('flotilla.org', $1, false), set_config('flotilla.environment', $2, false)",
      values: [organisation, environment],
    });
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
  scopes.set(client, wanted);
  return client;
}

import type { ConnectionSettings } from "@flotilla/core";
import type { Platform } from "../../../platform.ts";

/** Sets a connection, as somebody with the right to does. */
export async function addConnection(
  { client }: Platform,
  name: string,
  login: { user: string; secret: string },
  settings: ConnectionSettings,
): Promise<void> {
  await client.connections.set(name, { settings, login });
  const { test } = await client.connections.test(name);
  if (!test?.ok) throw new Error(`The connection ${name} does not work: ${test?.message}`);
}

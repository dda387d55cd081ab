import type { Connection, ConnectionKind } from "./connection.ts";
import { FlotillaError } from "./error.ts";

/**
 * The connection that a tool means: the one of that name, or without a name the only one of the kind.
 * Throws `tool_input_invalid` with the names to choose from.
 *
 * @param connections those that the run may use
 */
export function pickConnection(
  kind: ConnectionKind,
  name: string | undefined,
  connections: readonly Connection[],
): Connection {
  const fitting = connections.filter(({ settings }) => settings.kind === kind);
  const names = fitting.map((one) => one.name).join(", ");
  const found = name === undefined ? fitting : fitting.filter((one) => one.name === name);
  const [first] = found;
  if (first && found.length === 1) return first;
  if (fitting.length === 0) {
    throw new FlotillaError(
      "tool_failed",
      `There is no ${kind} connection that this run may use.`,
      {
        remedy: `Whoever may, adds one: flotilla connections add NAME --kind ${kind}`,
      },
    );
  }
  const message = first
    ? `There are several ${kind} connections: say which one is meant.`
    : `There is no ${kind} connection ${JSON.stringify(name?.slice(0, 64))}.`;
  throw new FlotillaError("tool_input_invalid", message, { remedy: `Choose from: ${names}.` });
}

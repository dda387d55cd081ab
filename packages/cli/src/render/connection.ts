import { endpointsOf, type Connection } from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { properties, table, type Column } from "./table.ts";
import { ago } from "./time.ts";

const columns: Column<Connection>[] = [
  { title: "CONNECTION", value: ({ name }) => name },
  { title: "KIND", value: ({ settings }) => settings.kind },
  { title: "TEST", value: testText },
  { title: "AT", value: serversText },
];

export function connectionTable(connections: Connection[], terminal: Terminal): string {
  return table(connections, columns, terminal);
}

export function connectionText(connection: Connection, terminal: Terminal): string {
  const { name, settings, credential, description } = connection;
  const rows: [string, string][] = [
    ["connection", name],
    ["kind", settings.kind === "search" ? `search by ${settings.service}` : settings.kind],
    ["environment", `${connection.organisation}, ${connection.environment}`],
    ["at", serversText(connection)],
    ["opened by", credential === null ? "nothing" : `credential ${credential}`],
    ["test", testText(connection)],
    ["set by", connection.createdBy],
  ];
  if (settings.kind === "mail") rows.push(["address", settings.address]);
  if (settings.kind === "database") {
    rows.push([
      "database",
      `${settings.database}, ${settings.writable ? "writable" : "only read"}`,
    ]);
  }
  if (description) rows.push(["description", description]);
  return properties(rows, terminal);
}

function serversText({ settings }: Connection): string {
  if (settings.kind === "calendar") return settings.url;
  return endpointsOf(settings)
    .map(({ host, port }) => `${host}:${port}`)
    .join(", ");
}

function testText({ test }: Connection): string {
  if (test === null) return "-";
  return test.ok ? `let in ${ago(test.at)}` : `not let in: ${test.message}`;
}

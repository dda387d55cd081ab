import type { Credential, CredentialUse } from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { properties, table, type Column } from "./table.ts";
import { ago } from "./time.ts";

const columns: Column<Credential>[] = [
  { title: "CREDENTIAL", value: (one) => one.name },
  { title: "KIND", value: (one) => one.provider ?? one.kind },
  { title: "VERSION", align: "right", value: (one) => String(one.version) },
  { title: "SET", value: (one) => ago(one.rotatedAt) },
  { title: "USED", value: (one) => ago(one.lastUsedAt) },
  { title: "TEST", value: testText },
  { title: "MAY GO TO", value: (one) => one.binding.hosts.join(", ") },
];

export function credentialTable(credentials: Credential[], terminal: Terminal): string {
  return table(credentials, columns, terminal);
}

export function credentialText(credential: Credential, terminal: Terminal): string {
  const { name, kind, provider, binding, description } = credential;
  const rows: [string, string][] = [
    ["credential", name],
    ["kind", provider === null ? kind : `${kind} ${provider}`],
    ["environment", `${credential.organisation}, ${credential.environment}`],
    ["version", `${credential.version}, set ${ago(credential.rotatedAt)}`],
    ["set by", credential.createdBy],
    ["hosts", binding.hosts.join(", ")],
    ["methods", binding.methods.join(", ")],
    ["headers", binding.headers.join(", ") || "none"],
    ["parameters", binding.query.join(", ") || "none"],
    ["login", binding.login ? "of connections" : "no"],
    ["last used", ago(credential.lastUsedAt)],
    ["test", testText(credential)],
    ["wrapped by", credential.keyId],
  ];
  if (description) rows.push(["description", description]);
  return properties(rows, terminal);
}

function testText({ test }: Credential): string {
  if (test === null) return "-";
  return test.ok ? `taken ${ago(test.at)}` : `not taken: ${test.message}`;
}

const useColumns: Column<CredentialUse>[] = [
  { title: "AT", value: (one) => one.at },
  { title: "BY", value: (one) => one.by },
  { title: "RUN", value: (one) => one.runId ?? "-" },
  { title: "VERSION", align: "right", value: (one) => String(one.version) },
  { title: "USES", align: "right", value: (one) => String(one.uses) },
  { title: "SENT", value: (one) => (one.allowed ? "yes" : "refused") },
  { title: "TO", value: (one) => `${one.method} ${one.host}` },
];

export function usesTable(uses: CredentialUse[], terminal: Terminal): string {
  return table(uses, useColumns, terminal);
}

import type { DeadLetterDetail } from "@flotilla/api";
import type { DeadLetter } from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { eventRow } from "./event.ts";
import { properties, table, type Column } from "./table.ts";
import { ago } from "./time.ts";

const columns: Column<DeadLetter>[] = [
  { title: "LETTER", value: ({ id }) => id },
  { title: "FAILED", value: ({ at }) => ago(at) },
  { title: "AGENT", value: ({ agentName }) => agentName },
  { title: "CAUSE", value: ({ cause }) => cause },
  { title: "CODE", value: ({ error }) => error.code },
  { title: "ERROR", value: ({ error }) => error.message },
];

export function letterTable(letters: readonly DeadLetter[], terminal: Terminal): string {
  return table(letters, columns, terminal);
}

/** A letter with what to do about it and the last events of its run. */
export function letterDetails(letter: DeadLetterDetail, terminal: Terminal): string {
  const { error, batchId, row, attempts, discarded, badRow, events } = letter;
  const rows: [string, string | undefined][] = [
    ["letter", letter.id],
    ["agent", letter.agentName],
    ["batch", batchId === null ? undefined : `${batchId}, row ${row}`],
    ["cause", letter.cause],
    ["error", `${error.code}: ${error.message}`],
    ["what to do", error.remedy],
    ["failed", letter.at],
    ["attempts", attempts === null ? undefined : String(attempts)],
    ["retries", letter.retries === 0 ? undefined : String(letter.retries)],
    ["group", letter.fingerprint],
    ["discarded", discarded ? `by ${discarded.by}: ${discarded.reason}` : undefined],
    ["data", badRow ? JSON.stringify(badRow.data) : undefined],
  ];
  const head = properties(
    rows.flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
    terminal,
  );
  const last = events.map((event) => eventRow(event, terminal.paint));
  return last.length === 0 ? head : [head, "", ...last].join("\n");
}

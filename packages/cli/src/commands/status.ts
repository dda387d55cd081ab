import type { Status } from "@flotilla/api";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { bytes, count } from "../render/number.ts";
import { properties, table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import type { Terminal } from "../terminal.ts";

type Worker = Status["workers"][number];

const columns: Column<Worker>[] = [
  { title: "WORKER", value: (one) => one.id },
  { title: "HOST", value: (one) => one.host },
  { title: "PID", align: "right", value: (one) => String(one.pid) },
  { title: "RUNS", align: "right", value: (one) => count(one.activeRuns) },
  { title: "MEMORY", align: "right", value: (one) => bytes(one.memoryBytes) },
  { title: "SANDBOX", value: (one) => one.sandbox?.tier ?? "–" },
  { title: "STARTED", value: (one) => ago(one.startedAt) },
  { title: "LAST SEEN", value: (one) => ago(one.heartbeatAt) },
];

export const status = defineCommand({
  meta: { name: "status", description: "What the platform is doing" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal, url } = connect(args);
    const now = await client.status();
    if (terminal.json) terminal.document(now);
    else terminal.print(statusText(now, url, terminal));
  },
});

function statusText(now: Status, url: string, terminal: Terminal): string {
  const { kind, version, bytes: size } = now.database;
  const runs = Object.entries(now.runs)
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${count(number)} ${name}`);
  const rows: [string, string][] = [
    ["server", `${url}, version ${now.version}, started ${ago(now.startedAt)}`],
    ["database", `${kind} Postgres ${version}, ${bytes(size)}`],
    ["runs", runs.join(" · ") || "none yet"],
    ["providers", providersText(now)],
  ];
  const workers =
    now.workers.length > 0
      ? table(now.workers, columns, terminal)
      : terminal.paint(
          "red",
          "No worker is running: nothing will start. Start one: flotilla worker",
        );
  return `${properties(rows, terminal)}\n\n${workers}`;
}

function providersText({ providers }: Status): string {
  const ready = providers.filter((one) => one.ready).map((one) => one.name);
  const waiting = providers.length - ready.length;
  return `${ready.join(", ") || "none"} ready${waiting > 0 ? `, ${waiting} not (flotilla doctor)` : ""}`;
}

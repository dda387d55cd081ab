import {
  outputText,
  type Plan,
  type PlanEdit,
  type PlanStep,
  type PlanVersion,
} from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { table } from "./table.ts";
import { moment } from "./time.ts";

type View = Pick<Terminal, "columns" | "paint">;

export function planTable({ steps }: Plan, view: View): string {
  return table(
    steps,
    [
      { title: "STEP", value: ({ id }) => id },
      { title: "STATUS", value: ({ status }) => status },
      { title: "BY", value: doneBy },
      { title: "AFTER", value: ({ dependsOn }) => dependsOn.join(", ") || "–" },
      { title: "INTENT", value: ({ intent }) => intent },
      { title: "RESULT", value: cameTo },
    ],
    view,
  );
}

function doneBy({ uses }: PlanStep): string {
  if (uses.kind === "tool") return uses.tool;
  return uses.kind === "agent" ? `agent ${uses.agent}` : "itself";
}

function cameTo({ status, result, error }: PlanStep): string {
  if (status === "done") return outputText(result);
  return error?.message ?? "";
}

export function versionTable(versions: readonly PlanVersion[], view: View): string {
  return table(
    versions,
    [
      { title: "VERSION", value: ({ version }) => String(version), align: "right" },
      { title: "AT", value: ({ at }) => moment(at) },
      { title: "BY", value: ({ by }) => by },
      { title: "WHAT", value: whatOf },
    ],
    view,
  );
}

function whatOf({ cause, reason, edits }: PlanVersion): string {
  const what = edits.length > 0 ? edits.map(editLine).join("; ") : cause;
  return reason === null ? what : `${what} (${reason})`;
}

/** One edit, in a line. */
export function editLine(edit: PlanEdit): string {
  switch (edit.edit) {
    case "add":
      return `add ${edit.step.id}: ${edit.step.intent}`;
    case "remove":
      return `remove ${edit.id}`;
    case "move":
      return `move ${edit.id} to place ${edit.at + 1}`;
    case "change": {
      const changes = Object.entries(edit.changes).map(
        ([field, value]) => `${field} = ${JSON.stringify(value)}`,
      );
      return changes.length > 0
        ? `change ${edit.id}: ${changes.join(", ")}`
        : `try ${edit.id} again`;
    }
  }
}

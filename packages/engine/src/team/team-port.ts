import {
  FlotillaError,
  type Json,
  type JsonObject,
  type TeamPort,
  type Teammate,
} from "@flotilla/core";
import { schemaProblems } from "../output.ts";
import type { Segment } from "../segment.ts";

/** What the tools of a run may do with its team, in a call. */
export function teamPort(segment: Segment, callId: string): TeamPort {
  const { journal, parts } = segment;
  const { runId, parent } = journal.run;
  const rootId = parent?.rootId ?? runId;
  const { agentName } = journal.run.active;
  return {
    board: () => parts.store.teams.board(rootId),
    async write(key, version, value) {
      checkEntry(await segment.board(), key, value);
      const { labels } = journal.run;
      const entry = { rootId, key, version, value, runId, agentName, callId, labels };
      const written = await parts.store.teams.write(entry);
      if (written !== null) return written;
      throw new FlotillaError(
        "tool_failed",
        `Version ${version} is not the newest one of ${key}: read it again.`,
      );
    },
    async send(to, text) {
      const teammate = find(to, await parts.store.teams.teammates(runId));
      const from = { runId, agentName, callId };
      const sent = await parts.store.teams.send({
        from,
        to: teammate.runId,
        text,
        labels: journal.run.labels,
      });
      if (!sent)
        throw new FlotillaError("tool_failed", `The run of ${teammate.agentName} has ended.`);
      return { runId: teammate.runId, agentName: teammate.agentName };
    },
  };
}

function checkEntry(board: Record<string, JsonObject>, key: string, value: Json): void {
  const schema = board[key];
  if (!schema) {
    const known = Object.keys(board).join(", ") || "none";
    throw new FlotillaError(
      "tool_input_invalid",
      `The blackboard has no key ${key}. Keys: ${known}.`,
    );
  }
  const problems = schemaProblems(schema, value);
  if (problems.length === 0) return;
  const message = `The value does not fit ${key}: ${problems.join("; ")}.`;
  throw new FlotillaError("tool_input_invalid", message);
}

/** By id, as `parent`, or by the name of an agent that only one of them is. */
function find(to: string, teammates: Teammate[]): Teammate {
  const found =
    to === "parent"
      ? teammates.filter(({ relation }) => relation === "parent")
      : teammates.filter(({ runId, agentName }) => runId === to || agentName === to);
  const live = found.filter(({ status }) => ["pending", "running", "waiting"].includes(status));
  const [first, ...others] = live.length > 0 ? live : found;
  if (!first) {
    const known = [...new Set(teammates.map(({ agentName }) => agentName))].join(", ") || "nobody";
    throw new FlotillaError("tool_failed", `There is no ${to} to write to. There is: ${known}.`);
  }
  if (others.length === 0) return first;
  const ids = [first, ...others].map(({ runId }) => runId).join(", ");
  throw new FlotillaError("tool_failed", `Several runs are of ${to}: write to one of ${ids}.`);
}

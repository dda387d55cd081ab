import type { Furnished } from "./open-furnished.ts";
import { webDialogs } from "./web-dialogs.ts";
import type { WebPlace } from "./web-place.ts";

const settingsSections = [
  ...["profile", "appearance", "security", "sessions"],
  ...["organisation", "environments", "members", "roles", "rules", "keys"],
  ...["providers", "credentials", "connections", "notifications", "triggers"],
];

/** Every page, and of those with several views each one. */
export const webPlaces: readonly WebPlace[] = [
  at("home", "/"),
  at("runs", "/runs"),
  at("runs-failed", "/runs", () => "/runs?status=failed"),
  run("run", ({ runs }) => runs.reported),
  run("run-step", ({ runs }) => runs.reported, "?step=1"),
  run("run-waiting", ({ runs }) => runs.asking),
  run("run-failed", ({ runs }) => runs.failed),
  {
    ...run("run-unfolded", ({ runs }) => runs.researched),
    act: (page) =>
      page
        .getByRole("button", { name: /^Show the steps of/ })
        .first()
        .click(),
  },
  run("run-plan", ({ runs }) => runs.planning, "?view=plan"),
  run("run-team", ({ runs }) => runs.researched, "?view=team"),
  run("run-conversation", ({ runs }) => runs.refunded, "?view=conversation"),
  run("run-artifacts", ({ runs }) => runs.reported, "?view=artifacts"),
  run("run-costs", ({ runs }) => runs.researched, "?view=costs"),
  run("run-journal", ({ runs }) => runs.refunded, "?view=journal"),
  run("run-replay", ({ runs }) => runs.refunded, "?at=6"),
  at(
    "comparison",
    "/runs/$runId/compare/$otherId",
    ({ runs }) => `/runs/${runs.reported}/compare/${runs.forked}`,
  ),
  at("playground", "/playground"),
  at("thread", "/playground/$threadId", ({ threadId }) => `/playground/${threadId}`),
  at("compare", "/playground/compare"),
  at("batches", "/batches"),
  at("batch-new", "/batches/new"),
  at("batch", "/batches/$batchId", ({ endedBatch }) => `/batches/${endedBatch}`),
  at("batch-running", "/batches/$batchId", ({ runningBatch }) => `/batches/${runningBatch}`),
  at("batch-analysis", "/batches/$batchId", (of) => `/batches/${of.endedBatch}?view=analysis`),
  at("batch-speed", "/batches/$batchId", (of) => `/batches/${of.endedBatch}?view=certificate`),
  at("batch-row", "/batches/$batchId", ({ endedBatch }) => `/batches/${endedBatch}?row=3`),
  at("agents", "/agents"),
  agent("agent", ""),
  agent("agent-yaml", "?view=yaml"),
  agent("agent-json", "?view=json"),
  agent("agent-versions", "?view=versions"),
  agent("agent-publish", "?view=publish"),
  agent("agent-runs", "?view=runs"),
  at("agent-new", "/agents/new"),
  at("agent-new-canvas", "/agents/new", () => "/agents/new?view=canvas"),
  at("agent-edit", "/agents/$name/edit", () => "/agents/refund-desk/edit"),
  at("agent-builder", "/agents/$name/edit", () => "/agents/concierge/edit?view=canvas"),
  at("agent-test", "/agents/$name/edit", () => "/agents/refund-desk/edit?pane=test"),
  at("limits", "/limits"),
  at("models", "/models"),
  at("models-routes", "/models", () => "/models?view=routes"),
  at("costs", "/costs"),
  at("policies", "/policies"),
  ...["try", "versions", "file"].map((view) =>
    at(`policies-${view}`, "/policies", () => `/policies?view=${view}`),
  ),
  at("tools", "/tools"),
  at("tool", "/tools/$name", () => "/tools/refund_payment"),
  at("mcp-servers", "/mcp-servers"),
  at("mcp-server", "/mcp-servers/$name", () => "/mcp-servers/supplier"),
  at("mcp-server-pending", "/mcp-servers/$name", () => "/mcp-servers/files"),
  artifact("artifact-image", /png$/),
  artifact("artifact-table", /csv$/),
  artifact("artifact-document", /pdf$/),
  artifact("artifact-source", /csv$/, "?view=source"),
  at("inbox", "/inbox"),
  at("inbox-answered", "/inbox", () => "/inbox?state=answered"),
  at("inbox-expired", "/inbox", () => "/inbox?state=expired"),
  at("schedules", "/schedules"),
  at("schedules-calendar", "/schedules", () => "/schedules?view=calendar"),
  at("schedule", "/schedules/$name", () => "/schedules/weekly-digest"),
  at("dead-letters", "/dead-letters"),
  at(
    "dead-letter-group",
    "/dead-letters",
    ({ deadLetterGroup }) => `/dead-letters?group=${deadLetterGroup}`,
  ),
  at("dead-letters-discarded", "/dead-letters", () => "/dead-letters?state=discarded"),
  ...settingsSections.map((section) =>
    at(`settings-${section}`, "/settings/$section", () => `/settings/${section}`),
  ),
  at("activity", "/activity"),
  at("errors", "/errors"),
  at("errors-resolved", "/errors", () => "/errors?state=resolved"),
  at("health", "/health"),
  entry("sign-in", "/sign-in"),
  entry("admin-link", "/admin-link"),
  entry("invitation", "/invitation"),
  entry("mcp-sign-in-refused", "/mcp-servers/oauth/callback", "?state=x&code=y"),
  entry("device", "/device"),
  ...webDialogs.map((dialog) => ({ path: () => dialog.route, ...dialog })),
];

function at(name: string, route: string, path: WebPlace["path"] = () => route): WebPlace {
  return { name, route, path };
}

function entry(name: string, route: string, search = ""): WebPlace {
  return { ...at(name, route, () => `${route}${search}`), isEntry: true };
}

function run(name: string, id: (furnished: Furnished) => string, search = ""): WebPlace {
  return at(name, "/runs/$runId", (furnished) => `/runs/${id(furnished)}${search}`);
}

function agent(name: string, search: string): WebPlace {
  return at(name, "/agents/$name", () => `/agents/refund-desk${search}`);
}

function artifact(name: string, pattern: RegExp, search = ""): WebPlace {
  return at(name, "/artifacts/$artifactId", ({ artifacts }) => {
    const [, id] = [...artifacts].find(([one]) => pattern.test(one)) ?? [];
    return `/artifacts/${id}${search}`;
  });
}

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact, TeamPort } from "@flotilla/core";
import { expect, test } from "vitest";
import { builtIns } from "../built-ins.ts";
import { serve } from "../http/test-server.ts";
import { defaultSettings } from "../settings.ts";
import { temporaryFolder } from "../test-context.ts";
import { checkTool, type CheckTool } from "./check-tool.ts";

const artifactId = "art_01hzy3v9k2m4n6p8q0r2t4v6x8";
const total = "The total is 5.";
const kept = { id: artifactId, mediaType: "text/csv", bytes: 4 };
const artifact = { id: artifactId, mediaType: "text/plain" } as Artifact;

/** Of somebody who writes to himself. */
const team: TeamPort = {
  board: async () => [],
  write: async () => 1,
  send: async (to) => ({ runId: "run_other", agentName: to }),
};

/** Each call gets a workspace with a file in it. */
async function workspace(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "notes.md"), "# Notes\nThe refund is paid.\n");
  return folder;
}

/** `own`: the calls of its documentation harm nobody in a workspace of their own. */
type Calls = Omit<CheckTool, "samples"> & { samples: CheckTool["samples"] | "own" };

/** What the calls of those tools need whose examples are not enough. */
function callsOf(url: string): Record<string, Calls> {
  const note = { path: "notes.md" };
  const edit = { ...note, find: "paid", replace: "due" };
  return {
    artifact_read: {
      samples: [{ input: { artifact: artifactId, search: "total" } }],
      context: { artifact: async () => ({ artifact, content: Buffer.from(total), text: total }) },
    },
    blackboard_write: {
      samples: [{ input: { key: "a", value: 1, version: 0 } }],
      context: { team },
    },
    chart_render: { samples: "own", context: { workspace, keep: async () => kept } },
    svg_render: { samples: "own", context: { workspace, keep: async () => kept } },
    image_generate: {
      samples: [{ input: { prompt: "A boat", model: "simulated/image" } }],
      context: { image: async ({ model }) => ({ model, images: [kept] }) },
    },
    document_read: { samples: [{ input: note }], context: { workspace } },
    document_write: {
      samples: [{ input: { path: "a.csv", rows: [["a", 1]] } }],
      context: { workspace, keep: async () => kept },
    },
    code_javascript: { samples: [{ input: { code: "console.log(1)" } }] },
    code_python: { samples: [{ input: { code: "print(1)" } }] },
    shell: { samples: [{ input: { code: "echo 1" } }] },
    send_message: { samples: [{ input: { to: "reviewer", text: "Done." } }], context: { team } },
    files_read: { samples: [{ input: note }], context: { workspace } },
    files_edit: { samples: [{ input: edit }], context: { workspace } },
    files_delete: { samples: [{ input: note }], context: { workspace } },
    files_patch: { samples: [{ input: { patch } }], context: { workspace } },
    files_move: { samples: [{ input: { from: "notes.md", to: "b.md" } }], context: { workspace } },
    files_copy: { samples: [{ input: { from: "notes.md", to: "b.md" } }], context: { workspace } },
    http_fetch: { samples: [{ input: { url } }] },
    http_request: { samples: [{ input: { url, method: "POST", json: { a: 1 } } }] },
  };
}

const patch = "--- a/notes.md\n+++ b/notes.md\n@@ -1 +1 @@\n-# Notes\n+# Minutes\n";

const names = builtIns(defaultSettings).map(({ info }) => info.name);

test.each(names)("%s keeps to the contract of tools", async (name) => {
  const server = await serve((_request, response) => void response.end("hello"));
  const tool = builtIns({ ...defaultSettings, allow: [server.host] }).find(
    ({ info }) => info.name === name,
  );
  if (!tool) throw new Error(`There is no built-in tool ${name}.`);
  const calls = callsOf(`http://${server.host}/`)[name];
  const samples = calls?.samples === "own" ? tool.info.examples : calls?.samples;
  const report = await checkTool(tool, { ...calls, samples: samples ?? [] });
  expect(report.checks.filter(({ outcome }) => outcome === "failed")).toEqual([]);
});

import type { Claim } from "./claim.ts";
import { agents } from "./web/agents.ts";
import { axe } from "./web/axe.ts";
import { batchFile } from "./web/batch-file.ts";
import { batchGrid } from "./web/batch-grid.ts";
import { editApproval } from "./web/edit-approval.ts";
import { editPlan } from "./web/edit-plan.ts";
import { firstLoad } from "./web/first-load.ts";
import { fork } from "./web/fork.ts";
import { keyboard } from "./web/keyboard.ts";
import { killServer } from "./web/kill-server.ts";
import { oidc } from "./web/oidc.ts";
import { prefixed } from "./web/prefix.ts";
import { runPage } from "./web/run-page.ts";
import { streamingText } from "./web/streaming-text.ts";
import { viewer } from "./web/viewer.ts";

/** The web app: every page of it, looked at in Chromium with a shop's work on it. */
export const web: readonly Claim[] = [
  // What is timed comes first, while nothing else is at work on the machine.
  batchGrid,
  runPage,
  streamingText,
  agents,
  axe,
  batchFile,
  editApproval,
  editPlan,
  firstLoad,
  fork,
  keyboard,
  killServer,
  oidc,
  prefixed,
  viewer,
];

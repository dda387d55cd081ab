import { agUi } from "./access/ag-ui.ts";
import { canaries } from "./access/canaries.ts";
import { fuzz } from "./access/fuzz.ts";
import { keys } from "./access/keys.ts";
import { matrixRoutes } from "./access/matrix-routes.ts";
import { matrixTables } from "./access/matrix-tables.ts";
import { openAiClient } from "./access/openai-client.ts";
import { signIn } from "./access/sign-in.ts";
import { slowloris } from "./access/slowloris.ts";
import { streams } from "./access/streams.ts";
import { websockets } from "./access/websockets.ts";
import type { Claim } from "./claim.ts";

/** The API is open to a team and safe on a network. */
export const access: readonly Claim[] = [
  agUi,
  canaries,
  fuzz,
  keys,
  matrixRoutes,
  matrixTables,
  openAiClient,
  signIn,
  slowloris,
  streams,
  websockets,
];

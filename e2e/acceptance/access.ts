import { agUi } from "./access/ag-ui.ts";
import { fuzz } from "./access/fuzz.ts";
import { openAiClient } from "./access/openai-client.ts";
import { slowloris } from "./access/slowloris.ts";
import { streams } from "./access/streams.ts";
import { websockets } from "./access/websockets.ts";
import type { Claim } from "./claim.ts";

/** The API is open to a team and safe on a network. */
export const access: readonly Claim[] = [agUi, fuzz, openAiClient, slowloris, streams, websockets];

import type { CredentialPort, McpServer, McpSignInPort, OutgoingRequest } from "@flotilla/core";
import type { Dispatcher } from "undici";
import type { AllowList } from "../http/destination.ts";

/** What is needed to reach servers, and to sign in at them. */
export interface HttpAccess {
  network: Dispatcher;
  allow: AllowList;
  place(request: OutgoingRequest, server: McpServer): Promise<OutgoingRequest>;
  credentials: Pick<CredentialPort, "login">;
  signIns: McpSignInPort;
}

import { endSession } from "@flotilla/api";
import { defineCommand } from "citty";
import { globalArgs, serverUrl } from "../connection.ts";
import { keepCredential, readCredential } from "../credentials.ts";
import { openTerminal } from "../terminal.ts";

const { url, json, color } = globalArgs;

export const logout = defineCommand({
  meta: { name: "logout", description: "End the session that flotilla login has begun" },
  args: { url, json, color },
  async run({ args }) {
    const terminal = openTerminal(args);
    const baseUrl = serverUrl(args.url);
    const credential = readCredential(baseUrl);
    // Forgotten here in any case; a server that is away keeps the session until it ends.
    keepCredential(baseUrl, undefined);
    if (credential) await endSession({ baseUrl }, credential.token);
    if (terminal.json) terminal.document({ signedOut: credential !== undefined });
    else terminal.print(credential ? "Signed out." : "Nobody was signed in.");
  },
});

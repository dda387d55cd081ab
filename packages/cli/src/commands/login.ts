import { beginDeviceSignIn } from "@flotilla/api";
import { defineCommand } from "citty";
import { connect, globalArgs, serverUrl } from "../connection.ts";
import { keepCredential } from "../credentials.ts";
import { openTerminal } from "../terminal.ts";

const { url, json, color } = globalArgs;

export const login = defineCommand({
  meta: {
    name: "login",
    description: "Sign in at a server: shows a code, which is confirmed in a browser",
  },
  args: { url, json, color },
  async run({ args }) {
    const terminal = openTerminal(args);
    const baseUrl = serverUrl(args.url);
    const code = await beginDeviceSignIn({ baseUrl });
    if (terminal.json) {
      terminal.document({ userCode: code.userCode, page: code.page, link: code.link });
    } else {
      terminal.note(`Open   ${terminal.paintNote("bold", code.link)}`);
      terminal.note(`and confirm the code   ${terminal.paintNote("bold", code.userCode)}`);
    }
    const token = await code.token();
    keepCredential(baseUrl, token);
    // What it says of whoever signed in is the server's word for it.
    const me = await connect({ ...args, key: token.token }).client.me();
    if (terminal.json) terminal.document(me);
    else
      terminal.print(
        `Signed in as ${me.email ?? me.caller.name}, ${me.caller.role} of ${me.caller.organisation}.`,
      );
  },
});

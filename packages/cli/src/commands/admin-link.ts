import { defineCommand } from "citty";
import { globalArgs, serverUrl } from "../connection.ts";
import { openTerminal } from "../terminal.ts";

const { url, json, color } = globalArgs;

export const adminLink = defineCommand({
  meta: {
    name: "admin-link",
    description: "On the platform's machine: a link that makes an owner, or lets one in again",
  },
  args: {
    home: {
      type: "string",
      valueHint: "path",
      description: "The platform's folder (FLOTILLA_HOME, else .flotilla)",
    },
    url,
    json,
    color,
  },
  async run({ args }) {
    const terminal = openTerminal(args);
    const { makeAdminLink } = await import("@flotilla/server");
    const link = await makeAdminLink({ home: args.home, url: serverUrl(args.url) });
    if (terminal.json) return terminal.document({ adminLink: link });
    terminal.note("It works once, within 24 hours:");
    return terminal.print(link);
  },
});

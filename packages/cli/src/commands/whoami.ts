import type { Me } from "@flotilla/api";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { properties } from "../render/table.ts";

export const whoami = defineCommand({
  meta: { name: "whoami", description: "Who asks, where, and what he may" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const me = await client.me();
    if (terminal.json) terminal.document(me);
    else terminal.print(properties(rowsOf(me), terminal));
  },
});

function rowsOf({ signIn, caller, email, permissions, organisations }: Me): [string, string][] {
  const others = organisations.filter((one) => one.organisation !== caller.organisation);
  return [
    [
      "caller",
      signIn === "none" ? "the operator: this server asks nobody to sign in" : caller.name,
    ],
    ["kind", caller.kind],
    ...(email ? [["e-mail", email] as [string, string]] : []),
    ["organisation", `${caller.organisation}, as ${caller.role}`],
    ["environment", caller.environment],
    ...(others.length > 0
      ? [
          ["also in", others.map((one) => `${one.organisation} (${one.role})`).join(", ")] as [
            string,
            string,
          ],
        ]
      : []),
    ["may", permissions.join(", ")],
  ];
}

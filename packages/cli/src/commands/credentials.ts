import { defineCommand } from "citty";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes } from "../exit.ts";
import { printList } from "../print-page.ts";
import { credentialTable, credentialText, usesTable } from "../render/credential.ts";
import { integerOption } from "../usage.ts";
import { set } from "./credentials-set.ts";

const name = {
  type: "positional",
  description: "Name of the credential",
  required: true,
} as const;

const list = defineCommand({
  meta: { name: "list", description: "Credentials, without their secrets" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const credentials = await client.credentials.list();
    printList(credentials, terminal, "No credentials.", (items) =>
      credentialTable(items, terminal),
    );
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One credential, without its secret" },
  args: { name, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const credential = await client.credentials.get(args.name);
    if (terminal.json) terminal.document(credential);
    else terminal.print(credentialText(credential, terminal));
  },
});

const test = defineCommand({
  meta: { name: "test", description: "Ask the provider whether it takes the key" },
  args: { name, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const credential = await client.credentials.test(args.name);
    if (terminal.json) terminal.document(credential);
    else terminal.print(credentialText(credential, terminal));
    return credential.test?.ok ? exitCodes.ok : exitCodes.error;
  },
});

const uses = defineCommand({
  meta: { name: "uses", description: "What a credential was used for, and what was refused" },
  args: {
    name,
    limit: { type: "string", valueHint: "n", default: "50", description: "Most lines" },
    ...globalArgs,
  },
  async run({ args }) {
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 }) ?? 50;
    const { client, terminal } = connect(args);
    const found = await client.credentials.uses(args.name, { limit });
    printList(found, terminal, "It was not used.", (items) => usesTable(items, terminal));
  },
});

const remove = defineCommand({
  meta: { name: "remove", description: "Remove a credential with all of its versions" },
  args: {
    name,
    yes: { type: "boolean", description: "Ask nothing" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    if (!args.yes) await beSure(terminal, "Removing", `Remove the credential ${args.name}?`);
    await client.credentials.remove(args.name);
    if (terminal.json) terminal.document({ removed: args.name });
    else terminal.print(`${args.name} is removed.`);
  },
});

export const credentials = defineCommand({
  meta: { name: "credentials", description: "Credentials: secrets that tools and models use" },
  default: "list",
  subCommands: { list, show, set, test, uses, remove },
});

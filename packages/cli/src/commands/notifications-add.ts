import type { ChannelSet } from "@flotilla/api";
import { notificationEventSchema, roleSchema } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { listOption } from "../list-option.ts";
import { channelText } from "../render/notification.ts";
import { choiceWord, repeatedOption, UsageError } from "../usage.ts";

/** A channel of that name is set anew. */
export const add = defineCommand({
  meta: { name: "add", description: "Add a channel, or set the one of that name anew" },
  args: {
    channel: { type: "positional", description: "Name of the channel", required: true },
    webhook: { type: "string", valueHint: "url", description: "Where JSON is posted to" },
    header: {
      type: "string",
      valueHint: "name: value",
      description: "Of the webhook's requests; may be repeated, may hold {{credential:name}}",
    },
    credential: {
      type: "string",
      valueHint: "name",
      description: "Whose secret signs the webhook's requests (default: one of its own)",
    },
    email: { type: "boolean", description: "E-mail to the people whom it concerns" },
    to: { type: "string", valueHint: "list", description: "Addresses that get e-mail of all" },
    people: { type: "boolean", default: true, description: "Whether people are told" },
    roles: { type: "string", valueHint: "list", description: "Only people of these roles" },
    users: { type: "string", valueHint: "list", description: "Only these members, by id" },
    events: {
      type: "string",
      valueHint: "list",
      description: `Only of these: ${notificationEventSchema.options.join(", ")}`,
    },
    agents: { type: "string", valueHint: "list", description: "Only of these; * for any text" },
    ...globalArgs,
  },
  async run({ args, rawArgs }) {
    const events = listOption(args.events).map((word) =>
      choiceWord("event", word, notificationEventSchema.options),
    );
    const channel: ChannelSet = {
      ...(events.length > 0 && { events }),
      agents: listOption(args.agents),
      target: targetOf(args, repeatedOption("header", rawArgs)),
    };
    const { client, terminal } = connect(args);
    const made = await client.notifications.set(args.channel, channel);
    if (terminal.json) {
      terminal.document(made);
      return;
    }
    terminal.print(channelText(made, terminal));
    if (made.secret === undefined) return;
    terminal.note("Its requests are signed with this secret; it is not shown again:");
    terminal.print(made.secret);
  },
});

interface Given {
  webhook?: string | undefined;
  credential?: string | undefined;
  email?: boolean | undefined;
  to?: string | undefined;
  people: boolean;
  roles?: string | undefined;
  users?: string | undefined;
}

function targetOf(given: Given, headers: string[]): ChannelSet["target"] {
  const { webhook: url, credential, email, to, people } = given;
  const isEmail = email === true || to !== undefined;
  if ((url !== undefined) === isEmail) {
    throw new UsageError("Say either --webhook, or --email or --to.");
  }
  if (url === undefined) {
    const roles = listOption(given.roles).map((word) =>
      choiceWord("role", word, roleSchema.options),
    );
    const addresses = listOption(to);
    return { kind: "email", addresses, people, roles, users: listOption(given.users) };
  }
  return {
    kind: "webhook",
    url,
    headers: Object.fromEntries(headers.map(headerOf)),
    ...(credential !== undefined && { credential }),
  };
}

function headerOf(text: string): [string, string] {
  const at = text.indexOf(":");
  if (at < 1) throw new UsageError(`--header takes "name: value", not "${text}".`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

import type { Artifact } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { table, type Column } from "../render/table.ts";
import { writeContent } from "../write-content.ts";

const columns: Column<Artifact>[] = [
  { title: "ARTIFACT", value: (one) => one.id },
  { title: "OF", value: (one) => one.name },
  { title: "TYPE", value: (one) => one.mediaType },
  { title: "BYTES", align: "right", value: (one) => String(one.bytes) },
  { title: "MADE", value: (one) => one.createdAt },
];

const list = defineCommand({
  meta: { name: "list", description: "What a run has made that is too large for its journal" },
  args: {
    run: { type: "positional", description: "Id of the run", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const artifacts = await client.artifacts.list(args.run);
    if (terminal.json) terminal.document(artifacts);
    else if (artifacts.items.length === 0) terminal.print("No artifacts.");
    else terminal.print(table(artifacts.items, columns, terminal));
  },
});

const get = defineCommand({
  meta: { name: "get", description: "The content of an artifact" },
  args: {
    artifact: { type: "positional", description: "Id of the artifact", required: true },
    out: { type: "string", alias: "o", valueHint: "path", description: "Write to a file (stdout)" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    await writeContent(await client.artifacts.get(args.artifact), args.out);
    if (args.out !== undefined) terminal.note(`The content is in ${args.out}.`);
  },
});

const words = defineCommand({
  meta: { name: "words", description: "What a document says, as Markdown: PDF, DOCX, XLSX, mails" },
  args: {
    artifact: { type: "positional", description: "Id of the artifact", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const document = await client.artifacts.words(args.artifact);
    if (terminal.json) return terminal.document(document);
    terminal.print(document.parts.map(({ markdown }) => markdown).join("\n\n"));
    for (const note of document.notes) terminal.note(note);
    if (document.truncated) terminal.note("There is more: `flotilla artifacts get` has all of it.");
  },
});

export const artifacts = defineCommand({
  meta: {
    name: "artifacts",
    description: "Large results that runs have left beside their journals",
  },
  subCommands: { list, get, words },
});

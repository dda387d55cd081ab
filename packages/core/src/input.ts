import { z } from "zod";
import { artifactRefSchema, artifactTool, documentTool } from "./artifact.ts";
import { toolResultSchema, type ImagePart } from "./message.ts";

/** Characters of an attachment that a model reads without asking for more. */
export const attachmentHead = 8_000;

/** What came with a message, kept as an artifact of the run that the message starts. */
export const attachmentSchema = z.object({
  artifact: artifactRefSchema,
  name: z.string(),
  /** Left out: a text. Models that see are shown an image; a document is read with its tool. */
  kind: z.enum(["image", "document"]).optional(),
  /** Of a text: how long it is. */
  characters: z.int().nonnegative(),
  /** Of a text: its beginning; all of it when it is short. */
  head: z.string(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

export const runInputSchema = z.object({
  /** What the person or the batch row asks. */
  text: z.string().max(1_000_000),
});

/** An input as the journal keeps it. */
export const journaledInputSchema = runInputSchema.extend({
  attachments: z.array(attachmentSchema).optional(),
  /** What the caller's own tools answered to the calls that the run before handed out. */
  results: z.array(toolResultSchema).optional(),
});
export type RunInput = z.infer<typeof journaledInputSchema>;

/** The input as a model reads it: the text, then what is attached. */
export function inputText({ text, attachments = [] }: RunInput): string {
  return [text, ...attachments.map(attachmentText)].filter((part) => part !== "").join("\n\n");
}

/** The images of an input, as parts of the message that a model reads. */
export function inputImages({ attachments = [] }: RunInput): ImagePart[] {
  return attachments.flatMap(({ kind, artifact: { id, mediaType } }) =>
    kind === "image" ? [{ type: "image" as const, artifact: id, mediaType }] : [],
  );
}

function attachmentText({ artifact, name, kind, characters, head }: Attachment): string {
  if (kind !== undefined) {
    const { id, mediaType, bytes } = artifact;
    const how =
      kind === "document"
        ? ` Read it with ${documentTool}: give the artifact.`
        : " It is an image.";
    return `[Attachment: ${JSON.stringify(name)}, ${mediaType}, ${bytes} bytes, artifact ${id}.${how}]`;
  }
  const about = `${JSON.stringify(name)}, ${artifact.mediaType}, ${characters} characters, artifact ${artifact.id}`;
  const isWhole = head.length >= characters;
  const end = isWhole
    ? "[End of the attachment]"
    : `[That was its beginning. Read on with ${artifactTool}: give the artifact and an offset, lines, or a text to search.]`;
  return `[Attachment: ${about}]\n${head}\n${end}`;
}

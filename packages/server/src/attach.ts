import type { threadAttachmentSchema } from "@flotilla/api";
import {
  attachmentHead,
  unionLabels,
  type Artifact,
  type ArtifactPort,
  type Attachment,
  type Label,
  type NewArtifact,
} from "@flotilla/core";
import type { z } from "zod";
import { attachedKind, type AttachedKind } from "./attached-kind.ts";

type Given = z.output<typeof threadAttachmentSchema>;

interface AttachParts {
  artifacts: Pick<ArtifactPort, "put">;
  /** What is kept already, where the caller may read it. */
  kept: (artifactId: string) => Promise<{ artifact: Artifact; content: Uint8Array }>;
}

/**
 * Keeps what came with a message as artifacts of a run that is to be created, for its input to name; with the
 * labels that it brings. Throws `invalid_request` for a file that nobody could read.
 */
export async function attach(
  { artifacts, kept }: AttachParts,
  run: Pick<NewArtifact, "runId" | "organisation" | "environment">,
  given: readonly Given[],
): Promise<{ attachments: Attachment[]; labels: Label[] }> {
  const read: File[] = [];
  // All is looked at before any of it is kept.
  for (const one of given) read.push(await fileOf(one, kept));
  const attachments: Attachment[] = [];
  for (const { name, kind, mediaType, content, labels } of read) {
    const { id, bytes } = await artifacts.put({ ...run, name, mediaType, content, labels });
    const text = kind === undefined ? new TextDecoder().decode(content) : "";
    attachments.push({
      artifact: { id, mediaType, bytes },
      name,
      ...(kind !== undefined && { kind }),
      characters: text.length,
      head: text.slice(0, attachmentHead).toWellFormed(),
    });
  }
  return {
    attachments,
    labels: unionLabels(
      [],
      read.flatMap(({ labels }) => labels),
    ),
  };
}

interface File extends AttachedKind {
  name: string;
  content: Uint8Array;
  labels: Label[];
}

async function fileOf(given: Given, kept: AttachParts["kept"]): Promise<File> {
  if ("text" in given) {
    const { name, mediaType, text } = given;
    return {
      name,
      kind: undefined,
      mediaType,
      content: Buffer.from(text.toWellFormed()),
      labels: [],
    };
  }
  if ("base64" in given) {
    const { name, base64 } = given;
    const content = Buffer.from(base64, "base64");
    return { name, ...attachedKind(content, name), content, labels: [] };
  }
  const { artifact, content } = await kept(given.artifact);
  const { name, mediaType, labels } = artifact;
  const { kind } = attachedKind(content, name);
  return { name, kind, mediaType, content, labels };
}

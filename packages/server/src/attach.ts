import {
  attachmentHead,
  type ArtifactPort,
  type Attachment,
  type NewArtifact,
} from "@flotilla/core";

export interface AttachedText {
  name: string;
  mediaType: string;
  text: string;
}

/** Keeps texts as artifacts of a run that is to be created, for its input to name. */
export async function attach(
  artifacts: Pick<ArtifactPort, "put">,
  run: Pick<NewArtifact, "runId" | "organisation" | "environment">,
  texts: readonly AttachedText[],
): Promise<Attachment[]> {
  const attached: Attachment[] = [];
  for (const { name, mediaType, text } of texts) {
    const content = Buffer.from(text.toWellFormed());
    const { id, bytes } = await artifacts.put({ ...run, name, mediaType, content });
    const head = text.slice(0, attachmentHead).toWellFormed();
    const artifact = { id, mediaType, bytes };
    attached.push({ artifact, name, characters: text.length, head });
  }
  return attached;
}

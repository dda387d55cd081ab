import { z } from "zod";
import { artifactRefSchema, type ArtifactRef } from "./artifact.ts";
import type { LimitSignal } from "./capacity.ts";
import type { CredentialScope } from "./credential.ts";
import type { Usage } from "./usage.ts";

/** What a tool asks an image model for. */
export interface ImageQuestion {
  /** `provider/model`. */
  model: string;
  prompt: string;
  /** `1024x1024`; left out: as the model likes. */
  size?: string | undefined;
  /** As the provider names it: `low`, `high`, `hd`. */
  quality?: string | undefined;
  /** Default: 1. */
  count?: number | undefined;
  /** What the images are called, without an ending. Default: `image`. */
  name?: string | undefined;
}

export interface ImageReply {
  /** `provider/model`. */
  model: string;
  /** Kept as artifacts of the run. */
  images: ArtifactRef[];
}

/** The question as it goes to a provider. */
export interface ImageRequest extends Omit<ImageQuestion, "name"> {
  count: number;
  /** The same for each try: providers that know such keys make and bill the images once. */
  idempotencyKey: string;
  runId: string;
  traceParent?: string;
  scope?: CredentialScope;
}

export interface MadeImage {
  mediaType: string;
  content: Uint8Array;
}

export interface ImageAnswer {
  images: MadeImage[];
  /** Tokens, where the provider counts any. */
  usage: Usage;
  /** What the answer's headers say about the provider's limits. */
  limits: LimitSignal;
}

/** What a tool's call has asked an image model for, and what came of it. */
export const imageCallSchema = z.object({
  /** Tells it from other questions of the same call; the same for each try. */
  key: z.string(),
  model: z.string(),
  count: z.int().positive(),
  status: z.enum(["asked", "made", "failed"]),
  images: z.array(artifactRefSchema),
  /** A try that came to nothing has been charged. */
  isPaid: z.boolean(),
});
export type ImageCall = z.infer<typeof imageCallSchema>;

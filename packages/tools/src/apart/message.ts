import type {
  Artifact,
  ArtifactRef,
  ConnectionKind,
  Environment,
  ErrorRecord,
  ImageQuestion,
  ImageReply,
  Json,
  Label,
  OpenedConnection,
  ModelQuestion,
  ModelReply,
  TeamPort,
} from "@flotilla/core";
import type { ToolSettings } from "../settings.ts";
import type { ToolSources } from "../sources.ts";

/** What a process for calls made apart is told first. */
export interface ApartSetup {
  sources: ToolSources;
  settings: Omit<Required<ToolSettings>, "resolve">;
  memoryBytes: number | null;
  hangMs: number | undefined;
  /** Not in its own environment at the start, where others could read it. */
  environment: NodeJS.ProcessEnv;
}

/** A call, or the question what became of one; one at a time. */
export interface ApartRequest {
  type: "perform";
  what: "call" | "reconcile";
  name: string;
  input: Json;
  context: {
    runId: string;
    callId: string;
    idempotencyKey: string;
    attempt: number;
    traceParent: string;
    organisation: string;
    environment: Environment;
    agent: string;
    by?: string;
    workspaceLock?: string;
    labels: readonly Label[];
  };
}

/** An error as it crosses over. */
export interface ApartError extends ErrorRecord {
  retryAfterMs?: number;
}

export interface PlainRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
}

/** What a tool asks of its context, which stays with the caller. */
export type ApartQuestion =
  | { kind: "workspace" }
  | { kind: "artifact"; id: string }
  | { kind: "place"; request: PlainRequest }
  | { kind: "connection"; of: ConnectionKind; name: string | undefined }
  | { kind: "keep"; artifact: { name: string; mediaType: string; content: string } }
  | { kind: "fileLabels"; path: string }
  | { kind: "allFileLabels" }
  | { kind: "keepFileLabels"; paths: readonly string[]; labels: readonly Label[] | null }
  | { kind: "board" }
  | { kind: "write"; key: string; version: number; value: Json }
  | { kind: "send"; to: string; text: string }
  | { kind: "model"; question: ModelQuestion }
  | { kind: "image"; question: ImageQuestion };

export type ApartAnswer =
  | string
  | [string, Label[]][]
  | number
  | null
  | Label[]
  | ArtifactRef
  | { artifact: Artifact; content: string }
  | PlainRequest
  | OpenedConnection
  | ModelReply
  | ImageReply
  | Awaited<ReturnType<TeamPort["board" | "send"]>>;

export type ToApart =
  | ({ type: "setup" } & ApartSetup)
  | ApartRequest
  | { type: "abort" }
  | { type: "answer"; id: number; value: ApartAnswer }
  | { type: "refusal"; id: number; error: ApartError };

export type FromApart =
  | { type: "ready" }
  /** `output` is left out where a `reconcile` found nothing. */
  | { type: "done"; output?: Json }
  | { type: "failed"; error: ApartError }
  /** What the call comes to has these labels too. */
  | { type: "label"; labels: Label[] }
  | { type: "ask"; id: number; question: ApartQuestion };

import type { Environment } from "./caller.ts";
import type { Label } from "./label.ts";

/** A run's own folder, by the run's id, or one that is shared, by its name. */
export interface WorkspaceRef {
  organisation: string;
  environment: Environment;
  workspace: string;
}

/** What the engine asks of the store for the labels of files. */
export interface FileLabelStore {
  /** Undefined: nobody has noted any. */
  of(workspace: WorkspaceRef, path: string): Promise<Label[] | undefined>;
  all(workspace: WorkspaceRef): Promise<Map<string, Label[]>>;
  /** null: the files are no more. */
  keep(
    workspace: WorkspaceRef,
    paths: readonly string[],
    labels: readonly Label[] | null,
  ): Promise<void>;
}

/** Where the content of artifacts is kept. */
export interface Blobs {
  /** Names the storage: what was written under another name is not here. */
  readonly location: string;
  /** Resolves when the whole content is kept; before that there is nothing to read. */
  write(runId: string, id: string, content: Uint8Array): Promise<void>;
  /** Undefined when there is none. */
  read(runId: string, id: string): Promise<Uint8Array | undefined>;
  /** Deletes all content of a run, whatever is there. */
  deleteRun(runId: string): Promise<void>;
  /** Runs that have content, a bounded number at a time. */
  runs(): AsyncGenerator<string[]>;
}

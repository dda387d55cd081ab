import type { StreamMessage } from "@flotilla/api";

/** What of a state became another, for one viewer. */
export interface StateChange<Part> {
  /** He is to forget what he had. */
  whole: boolean;
  parts: ReadonlyMap<string, Part>;
  gone: readonly string[];
}

/** What was read of a state: parts by their key. */
export interface Reading<Part> {
  /** Parts that are not among them are gone. */
  whole: boolean;
  parts: ReadonlyMap<string, Part>;
  gone?: readonly string[];
}

/** A state that many may follow, and how it is read for all of them. */
export interface StateSource<Part> {
  name: string;
  /** Reads the state, or what of it may have changed since it was last read. */
  read(): Promise<Reading<Part>>;
  /** Begins to listen for changes, which are read then. Returns the function that ends it. */
  listen?(changed: () => void): () => void;
  /** It is not read more often; */
  leastMs: number;
  /** and read at least this often. */
  pollMs: number;
  /** How a viewer is told of it. */
  toMessages(change: StateChange<Part>): StreamMessage[];
}

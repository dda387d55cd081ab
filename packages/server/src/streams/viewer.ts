import type { Caller } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

/** Who follows, and what he sees. */
export interface Viewer {
  caller: Caller;
  /** What the caller sees of the store: it decides what there is for him. */
  store: StoreView;
}

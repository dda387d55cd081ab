/** At the top of every workspace, for unfinished writes and records of edits; hidden from models. */
export const RESERVED = ".flotilla";

/** Walking holds a descriptor per level open. */
export const MAX_DEPTH = 32;

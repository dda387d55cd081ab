import type { SpotlightActionData, SpotlightActionGroupData } from "@mantine/spotlight";

/** What one can do or go to. */
export type Entry = SpotlightActionData;
export type EntryGroup = SpotlightActionGroupData;

/** Of what people wrote, in characters: it is cut by the line's end. */
export const longest = 200;

/** What a group of the palette is made from. */
export interface Asked {
  /** The palette is open: only then anything is asked of the server. */
  isOpen: boolean;
  /** What was typed, once the typing rests; empty at first. */
  query: string;
}

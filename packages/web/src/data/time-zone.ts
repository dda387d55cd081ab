import { createContext, useContext } from "react";

/** Of the reader's device. */
export const ownTimeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone in which its reader is told all times, by its IANA name; the shell knows it. */
export const TimeZone = createContext(ownTimeZone);

export function useTimeZone(): string {
  return useContext(TimeZone);
}

import { z } from "zod";

/** What the database can hold in a number: a version, a sequence number. */
export const highestInteger = 2 ** 31 - 1;

/** Text as the database can hold it: anything without the NUL character. */
export const storableText = z.string().regex(/^[^\0]*$/, "must not hold a NUL character");

/** A name or title, as it stands in lists and logs: one line, without control characters. */
export const lineText = z
  .string()
  .regex(/^[\u0020-\u007e\u00a0-\uffff]*$/, "must be one line, without control characters");

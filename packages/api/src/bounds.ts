import { z } from "zod";

/** What the database can hold in a number: a version, a sequence number. */
export const highestInteger = 2 ** 31 - 1;

/** Text as the database can hold it: anything without the NUL character. */
export const storableText = z.string().regex(/^[^\0]*$/, "must not hold a NUL character");

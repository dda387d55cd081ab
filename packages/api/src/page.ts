import { z } from "zod";

export const maxPageSize = 1_000;

/** Query of a list by cursor. `limit` defaults to 50. */
export const pageQuerySchema = z.object({
  /** `nextCursor` of the page before. */
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(50),
});
/** Query of a list that is seldom long: without `limit` a page holds as much as a page can. */
export const longPageQuerySchema = z.object({
  cursor: z.string().max(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(maxPageSize),
});

export type PageQuery = z.input<typeof pageQuerySchema>;

export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    /** null on the last page. */
    nextCursor: z.string().nullable(),
  });
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

import { organisationDetailsSchema, organisationSchema, type Organisation } from "@flotilla/core";
import { z } from "zod";
import { pageSchema } from "./page.ts";
import { lineText } from "./bounds.ts";
import type { Transport } from "./transport.ts";

export const organisationParamsSchema = z.object({ organisation: organisationSchema });

const name = lineText.trim().min(1).max(200);

export const organisationCreateSchema = z.strictObject({
  /** In addresses, headers and costs; it stays. */
  id: organisationSchema,
  name,
});
export type OrganisationCreate = z.input<typeof organisationCreateSchema>;

export const organisationChangeSchema = z.strictObject({ name });
export type OrganisationChange = z.input<typeof organisationChangeSchema>;

export const organisationListSchema = pageSchema(organisationDetailsSchema);

export function organisationClient(http: Transport) {
  const path = (id: string) => `/organisations/${encodeURIComponent(id)}`;
  return {
    /** Those that the caller may use. */
    list: () => http.json<{ items: Organisation[] }>("GET", "/organisations"),
    get: (id: string) => http.json<Organisation>("GET", path(id)),
    /** The caller becomes its owner. */
    create: (organisation: OrganisationCreate) =>
      http.json<Organisation>("POST", "/organisations", { json: organisation }),
    change: (id: string, change: OrganisationChange) =>
      http.json<Organisation>("PATCH", path(id), { json: change }),
  };
}

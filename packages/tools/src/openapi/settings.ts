import { credentialNameSchema } from "@flotilla/core";
import { z } from "zod";

const httpUrl = z.url({ protocol: /^https?$/, error: "give an http(s) URL" });

/** A document of somebody's HTTP API, whose operations become tools. */
export const openApiSchema = z.strictObject({
  /** A file, or an http(s) URL. */
  document: z.string().min(1).max(2_000),
  /** Before the names of its tools: `crm` makes `crm_get_customer`. */
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, "use lower-case letters, digits and _, at most 32")
    .optional(),
  /** In the place of the document's own `servers`. */
  baseUrl: httpUrl.optional(),
  /** Ids of operations, or `get /pets/*`; `*` stands for any text. Left out: all that can be called. */
  include: z.array(z.string().min(1).max(200)).max(500).optional(),
  exclude: z.array(z.string().min(1).max(200)).max(500).default([]),
  /** By security scheme: the credential that is sent for it. */
  credentials: z.record(z.string().min(1).max(200), credentialNameSchema).default({}),
  timeoutSeconds: z.number().min(1).max(3_600).default(30),
});
export type OpenApiSettings = z.output<typeof openApiSchema>;

/** With the document's text, once it was read. */
export interface OpenApiSource extends OpenApiSettings {
  text?: string | undefined;
}

import type { JsonObject } from "@flotilla/core";

/** What is read of an OpenAPI 3.1 document. It was held against the official schema before. */
export interface OpenApiDocument {
  info: { title: string; version: string };
  servers?: { url: string; variables?: Record<string, { default: string }> }[];
  paths?: Record<string, PathItem>;
  components?: {
    schemas?: Record<string, JsonObject>;
    securitySchemes?: Record<string, SecurityScheme>;
    [kind: string]: Record<string, unknown> | undefined;
  };
  security?: SecurityRequirement[];
}

export type SecurityRequirement = Record<string, string[]>;

export type SecurityScheme =
  | { type: "apiKey"; name: string; in: "query" | "header" | "cookie" }
  | { type: "http"; scheme: string }
  | { type: "oauth2" | "openIdConnect" | "mutualTLS" };

export const methods = ["get", "head", "post", "put", "patch", "delete"] as const;
export type Method = (typeof methods)[number];

export type PathItem = { parameters?: (Parameter | Reference)[] } & {
  [method in Method]?: Operation;
};

export interface Reference {
  $ref: string;
}

export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  deprecated?: boolean;
  parameters?: (Parameter | Reference)[];
  requestBody?: RequestBody | Reference;
  security?: SecurityRequirement[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  description?: string;
  schema?: JsonObject;
  content?: Record<string, { schema?: JsonObject }>;
  style?: string;
  explode?: boolean;
}

export interface RequestBody {
  required?: boolean;
  description?: string;
  content: Record<string, { schema?: JsonObject }>;
}

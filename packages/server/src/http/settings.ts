import { z } from "zod";

export const httpUrl = z.url({ protocol: /^https?$/ });

/** Several values: a list, or one text with commas between them. */
export function list(item: z.ZodType<string, string>) {
  const split = (text: string) => text.split(",").map((part) => part.trim());
  const texts = z.string().transform((text) => split(text).filter(Boolean));
  return z
    .union([z.array(z.string()), texts])
    .pipe(z.array(item))
    .default([]);
}

function rateSchema(perMinute: number, burst: number) {
  return z
    .strictObject({
      perMinute: z.number().positive().max(10_000_000).default(perMinute),
      burst: z.int().min(1).max(1_000_000).default(burst),
    })
    .prefault({});
}

/** How the HTTP server meets the network; part of `configSchema`. */
export const edgeSettings = {
  allowedHosts: list(
    z.string().regex(/^[\w.-]+$|^\[[\da-f:]+\]$/i, "give names without ports"),
  ).meta({
    description:
      "Further names that the server is called by ([api.md](api.md#names-and-origins)); a list, or comma-separated.",
    unset: "none",
  }),
  trustedProxies: list(
    z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
      error: "give addresses, or networks such as 10.0.0.0/8",
    }),
  ).meta({
    description:
      "Addresses or networks of reverse proxies whose `X-Forwarded-For` or `Forwarded` is believed; a list, or comma-separated.",
    unset: "none",
  }),
  corsOrigins: list(
    z.string().regex(/^https?:\/\/[^/\s*]+$/, "give an origin: https://app.example.com"),
  ).meta({
    description:
      "Origins whose pages may use the API with a key ([api.md](api.md#names-and-origins)); a list, or comma-separated.",
    unset: "none",
  }),
  rateLimits: z
    .strictObject({ caller: rateSchema(1_200, 300), address: rateSchema(3_000, 600) })
    .prefault({})
    .meta({
      description:
        "Requests a minute of a caller and of an address, and how many at once ([api.md](api.md#limits)); with sign-in only. JSON in the environment.",
      unset: "see there",
    }),
};

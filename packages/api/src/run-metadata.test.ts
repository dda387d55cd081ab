import { expect, it } from "vitest";
import { formatMetadata, metadataQuerySchema, parseMetadata } from "./run-metadata.ts";

it("is read back as it was, whatever its keys and values hold", () => {
  const metadata = { customer: "acme", "a=b": "1, 2", "%": " 50%2C ", empty: "", Straße: "9" };
  expect(parseMetadata(formatMetadata(metadata))).toEqual(metadata);
  expect(formatMetadata({ customer: "acme", region: "eu" })).toBe("customer=acme,region=eu");
});

it("may be written by hand, with spaces around and an = in a value", () => {
  expect(parseMetadata(" customer=acme, equation = a=b")).toEqual({
    customer: "acme",
    equation: "a=b",
  });
});

it.each(["", "acme", "=acme", "a=1,", "a=%", "a=%ff", "a=%00", "a=1,b"])("refuses %j", (text) => {
  expect(metadataQuerySchema.safeParse(text).success).toBe(false);
});

import { rolePermissions, type Role } from "@flotilla/core";
import { expect, test } from "vitest";
import { placesFor } from "./places.ts";

const labelsOf = (may: Parameters<typeof placesFor>[0]) =>
  placesFor(may).flatMap(({ places }) => places.map(({ label }) => label));
const offered = (role: Role) => labelsOf((permission) => rolePermissions[role].has(permission));

test("pages of records are offered to those who may read them, and to nobody else", () => {
  expect(offered("owner")).toEqual(expect.arrayContaining(["Health", "Errors", "Activity"]));
  const viewers = offered("viewer");
  expect(viewers).toContain("Runs");
  for (const label of ["Errors", "Activity"]) expect(viewers).not.toContain(label);
  expect(labelsOf(() => false)).not.toContain("Health");
  expect(placesFor(() => false).map(({ title }) => title)).not.toContain("Platform");
});

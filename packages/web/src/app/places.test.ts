import { rolePermissions, type Role } from "@flotilla/core";
import { expect, test } from "vitest";
import { placesFor } from "./places.ts";

const offered = (role: Role) =>
  placesFor((permission) => rolePermissions[role].has(permission)).map(({ label }) => label);

test("pages of records are offered to those who may read them, and to nobody else", () => {
  expect(offered("owner")).toEqual(expect.arrayContaining(["Health", "Errors", "Activity"]));
  const viewers = offered("viewer");
  expect(viewers).toContain("Runs");
  for (const label of ["Errors", "Activity"]) expect(viewers).not.toContain(label);
  const nobodys = placesFor(() => false).map(({ label }) => label);
  expect(nobodys).not.toContain("Health");
});

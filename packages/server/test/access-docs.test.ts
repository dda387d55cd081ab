import { readFileSync } from "node:fs";
import { permissions, rolePermissions, roles } from "@flotilla/core";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../../docs/access.md", import.meta.url), "utf8");

it("docs/access.md says of every permission which roles have it", () => {
  const rows = page
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, name = ""]) => /^`[a-z]+\.[a-z]+`$/.test(name));
  const told = Object.fromEntries(
    rows.map(([, name = "", ...cells]) => [
      name.slice(1, -1),
      roles.filter((_role, i) => cells[i] === "✓"),
    ]),
  );
  const meant = Object.fromEntries(
    permissions.map((one) => [one, roles.filter((role) => rolePermissions[role].has(one))]),
  );
  expect(told).toEqual(meant);
});

it("docs/access.md names every role", () => {
  for (const role of roles) expect(page).toContain(`| \`${role}\` `);
});

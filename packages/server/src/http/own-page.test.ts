import { expect, test } from "vitest";
import { isOwnPage } from "./own-page.ts";

test.each([
  ["http://127.0.0.1:4600", "127.0.0.1:4600"],
  ["http://localhost:4600", "127.0.0.1:4600"],
  ["http://127.0.0.1:4600", "localhost:4600"],
  ["http://[::1]:4600", "localhost:4600"],
  ["http://localhost", "localhost:80"],
  ["https://flotilla.example", "flotilla.example"],
  ["https://flotilla.example", "flotilla.example:443"],
  ["http://flotilla.example:4600", "flotilla.example:4600"],
])("a page of %s is one of the server %s", (origin, host) => {
  expect(isOwnPage(origin, host)).toBe(true);
});

test.each([
  ["another port of the machine", "http://127.0.0.1:5000", "127.0.0.1:4600"],
  ["another port by another name", "http://localhost:5000", "127.0.0.1:4600"],
  ["the port of HTTP", "http://localhost", "localhost:4600"],
  ["HTTPS on the machine", "https://localhost", "localhost"],
  ["HTTPS on the server's port", "https://localhost:4600", "localhost:4600"],
  ["another name at the same port", "http://evil.example:4600", "localhost:4600"],
  ["the machine, for a server of a name", "http://localhost:4600", "flotilla.example:4600"],
  ["another port of the name", "https://flotilla.example:8443", "flotilla.example"],
  ["another name below it", "https://evil.flotilla.example", "flotilla.example"],
  ["a page without an origin", "null", "localhost:4600"],
  ["an extension", "chrome-extension://localhost", "localhost"],
  ["a file", "file://", "localhost"],
])("%s is not: %s for %s", (_, origin, host) => {
  expect(isOwnPage(origin, host)).toBe(false);
});

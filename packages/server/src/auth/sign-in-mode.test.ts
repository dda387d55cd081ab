import { expect, test } from "vitest";
import { signInMode } from "./sign-in-mode.ts";

const [local, open] = ["127.0.0.1", "0.0.0.0"];
const publicUrl = "https://flotilla.example.com";

test("whoever is on this machine is asked for nothing; on a network everybody is known", () => {
  expect(signInMode({ host: local })).toBe("none");
  expect(signInMode({ host: local, publicUrl: "http://localhost:4600" })).toBe("none");
  expect(signInMode({ host: local, signIn: "required" })).toBe("required");
  expect(signInMode({ host: open, publicUrl })).toBe("required");
});

test("behind a proxy on the same machine everybody is known as well", () => {
  expect(signInMode({ host: local, publicUrl })).toBe("required");
  expect(() => signInMode({ host: local, publicUrl, signIn: "none" })).toThrow(publicUrl);
});

test("an address on a network needs sign-in, and the address that people open", () => {
  expect(() => signInMode({ host: open, publicUrl, signIn: "none" })).toThrow("0.0.0.0");
  expect(() => signInMode({ host: open })).toThrow("does not know the address");
});

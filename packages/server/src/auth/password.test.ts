import { expect, test } from "vitest";
import { openPasswords } from "./password.ts";

test("a password is kept as argon2id with the parameters that OWASP asks for", async () => {
  const passwords = openPasswords();
  const kept = await passwords.hash("correct horse battery staple");
  expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const verify = (password: string, hash = kept) => passwords.verify({ hash, password });
  expect(await verify("correct horse battery staple")).toBe(true);
  expect(await verify("correct horse battery stable")).toBe(false);
  expect(await verify("anything", "no hash at all")).toBe(false);
  expect(await passwords.hash("correct horse battery staple")).not.toBe(kept);
});

test("a storm waits in line, in order; what is too much is refused and the rest goes on", async () => {
  const passwords = openPasswords(1);
  const done: number[] = [];
  const storm = Array.from({ length: 260 }, (_, i) =>
    passwords.verify({ hash: "no hash", password: "x" }).then(
      () => done.push(i),
      (error: { code: string }) => error.code,
    ),
  );
  const answers = await Promise.all(storm);
  const refused = answers.filter((answer) => answer === "rate_limited");
  expect(refused).toHaveLength(59);
  expect(done).toEqual(Array.from({ length: 201 }, (_, i) => i));
  expect(await passwords.hash("after the storm")).toContain("argon2id");
});

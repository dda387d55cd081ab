import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newKey } from "../auth/key-text.ts";
import { redacted, Redactor } from "./redactor.ts";
import { secretForms } from "./secret-forms.ts";

const secret = `k&y-"${randomBytes(12).toString("base64")}"/+é<'!>`;

function knowing(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const one of secrets) expect(redactor.learn(one).patterns).toBeGreaterThan(0);
  return redactor;
}

const encodings: [string, (plain: string) => string][] = [
  ["plain", (plain) => plain],
  ["JSON", (plain) => JSON.stringify({ plain })],
  ["JSON in JSON", (plain) => JSON.stringify({ body: JSON.stringify({ plain }) })],
  ["a URL", (plain) => `https://x.test/?key=${encodeURIComponent(plain)}&b=1`],
  ["a URL in lower case", (plain) => encodeURIComponent(plain).replace(/%../g, lower)],
  ["a form", (plain) => new URLSearchParams({ a: "1", plain, z: "2" }).toString()],
  ["hexadecimal", (plain) => `0x${Buffer.from(plain).toString("hex")}00`],
  ["HEXADECIMAL", (plain) => Buffer.from(plain).toString("hex").toUpperCase()],
  ["HTML", (plain) => `<b title="${html(plain)}">${html(plain)}</b>`],
];

function lower(text: string): string {
  return text.toLowerCase();
}

function html(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

describe("a secret is taken out", () => {
  test.each(encodings)("of %s", (_name, encode) => {
    const text = knowing(secret).text(`before ${encode(secret)} after`);
    expect(text).toContain(redacted);
    expect(text).toMatch(/^before .* after$/);
    expect([...secretForms(secret)].filter((form) => text.includes(form))).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4, 5].flatMap((before) => [0, 1, 2].map((after) => [before, after])))(
    "of base64 with %i bytes before it and %i after",
    (before, after) => {
      const bytes = [randomBytes(before), Buffer.from(secret), randomBytes(after)];
      for (const encoding of ["base64", "base64url"] as const) {
        const text = Buffer.concat(bytes).toString(encoding);
        const left = knowing(secret).text(text).replace(redacted, "");
        // What is left belongs to other bytes, or shares a letter with them.
        expect(left.length).toBeLessThanOrEqual(Math.ceil((before * 4) / 3) + 2 * after + 6);
        expect(text).not.toBe(left);
      }
    },
  );

  test("however it is surrounded, and only it", () => {
    const text = fc.string({ unit: "binary", maxLength: 60 });
    fc.assert(
      fc.property(text, text, fc.constantFrom(...secretForms(secret)), (before, after, form) => {
        const redactor = knowing(secret);
        const result = redactor.text(before + form + after);
        expect(result.startsWith(before) && result.endsWith(after)).toBe(true);
        expect(result.slice(before.length, result.length - after.length)).toBe(redacted);
        expect(redactor.text(before + after)).toBe(before + after);
      }),
    );
  });

  test("of every string and every name of a JSON value, which is else the same", () => {
    const redactor = knowing(secret);
    const clean = { a: [1, null, "text", { b: true }] };
    expect(redactor.json(clean)).toBe(clean);
    const value = { ...clean, [`x${secret}`]: 1, list: [{ deep: [`Bearer ${secret}`] }] };
    expect(redactor.json(value)).toEqual({
      ...clean,
      [`x${redacted}`]: 1,
      list: [{ deep: [`Bearer ${redacted}`] }],
    });
  });

  test("a name that has a meaning for objects stays one among others", () => {
    const value = JSON.parse(`{"__proto__": ${JSON.stringify(secret)}}`) as object;
    expect(JSON.stringify(knowing(secret).json(value))).toBe(`{"__proto__":"${redacted}"}`);
  });

  test("line by line when it has lines", () => {
    const lines = [randomBytes(24), randomBytes(24)].map((bytes) => bytes.toString("base64"));
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
    const redactor = knowing(pem);
    expect(redactor.text(`a ${pem} b`)).toBe(`a ${redacted} b`);
    expect(redactor.text(`line: ${lines[1]}`)).toBe(`line: ${redacted}`);
    expect(redactor.text("-----BEGIN PRIVATE KEY-----")).toContain("BEGIN");
  });

  test("where a cut has left a part of it, but for a few letters at its ends", () => {
    const long = `sk-${randomBytes(60).toString("base64url")}`;
    const redactor = knowing(long);
    const forms = [long, Buffer.from(long).toString("hex"), Buffer.from(long).toString("base64")];
    for (const form of forms) {
      for (const [from, to] of [
        [0, 30],
        [11, 40],
        [30, form.length],
        [5, form.length - 9],
      ]) {
        const result = redactor.text(`<${form.slice(from, to)}>`);
        expect(result).toMatch(/^<.{0,6}\[redacted\].{0,6}>$/);
      }
    }
  });

  test("of our own API keys, by their form, also when they come in pieces", () => {
    const key = newKey("prod", randomBytes).text;
    const text = `It is ${key}. And more.`;
    for (const redactor of [new Redactor(), knowing(secret)]) {
      expect(redactor.json({ text: `It is ${key}.` })).toEqual({ text: `It is ${redacted}.` });
      for (const size of [1, 2, 3, 10, 45, 60]) {
        const pieces = redactor.pieces();
        let shown = "";
        for (let at = 0; at < text.length; at += size)
          shown += pieces.push(text.slice(at, at + size));
        // A few letters more show what was held back for what could have followed.
        shown += pieces.push(" So it ends.");
        expect(shown.startsWith(`It is ${redacted}. And more.`)).toBe(true);
      }
      expect(redactor.text("flo_prod_short")).toBe("flo_prod_short");
    }
  });

  test("together with others that touch or overlap it", () => {
    const redactor = knowing("abcdefgh12345", "12345ABCDEFGH", "abcdefgh");
    expect(redactor.text("abcdefgh12345ABCDEFGH")).toBe(redacted);
    expect(redactor.text("abcdefghabcdefgh")).toBe(redacted + redacted);
    expect(redactor.text("abcdefgh, abcdefgh")).toBe(`${redacted}, ${redacted}`);
  });
});

describe("text in pieces", () => {
  test("shows the same as the whole, and no part of a secret, however it is cut", () => {
    const words = fc.array(fc.oneof(fc.string({ maxLength: 20 }), fc.constant(secret)));
    const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 40 });
    fc.assert(
      fc.property(words, cuts, (parts, sizes) => {
        const text = `${parts.join(" ")}, and so on.`;
        const redactor = knowing(secret, "sk-proj-something");
        const pieces = redactor.pieces();
        let [shown, at] = ["", 0];
        for (const size of sizes) {
          shown += pieces.push(text.slice(at, at + size));
          at += size;
          expect(redactor.text(text).startsWith(shown)).toBe(true);
        }
        shown += pieces.push(text.slice(at));
        expect(redactor.text(text).startsWith(shown)).toBe(true);
        expect(redactor.text(text).length - shown.length).toBeLessThan(8);
      }),
    );
  });

  test("is shown at once where nothing is secret", () => {
    expect(new Redactor().pieces().push("a")).toBe("a");
  });

  test("is held back only as long as a secret could still follow", () => {
    const pieces = knowing("sk-proj-0123456789").pieces();
    expect(pieces.push("The key is sk-proj-")).toBe("The key is ");
    expect(pieces.push("0123")).toBe("");
    expect(pieces.push("x and no secret.")).toBe("sk-proj-0123x and no ");
  });
});

describe("what is no secret", () => {
  test.each(["", "short", "1234567", "aaaaaaaaaaaa", "abababababab"])(
    "%j is not learnt",
    (weak) => {
      const redactor = new Redactor();
      expect(redactor.learn(weak).patterns).toBe(0);
      expect(redactor.text(`x ${weak} y`)).toBe(`x ${weak} y`);
    },
  );

  test("passes unchanged, also text that shares beginnings and ends with thousands of secrets", () => {
    const keys = Array.from(
      { length: 2_000 },
      () => `sk-proj-${randomBytes(20).toString("hex")}-end`,
    );
    const redactor = knowing(...keys);
    const text = `sk-proj- ${randomBytes(20).toString("hex")}-end `.repeat(100);
    expect(redactor.text(text)).toBe(text);
    expect(redactor.text(`${text}${keys[1_234]}${text}`)).toBe(`${text}${redacted}${text}`);
  });
});

describe("a redactor of an organisation", () => {
  const redactor = knowing("of-the-platform-1");
  redactor.of("north").learn("secret-of-north");
  redactor.of("south").learn("secret-of-south");
  const text = "of-the-platform-1, secret-of-north, secret-of-south";

  test.each([
    ["of north", redactor.of("north"), `${redacted}, ${redacted}, secret-of-south`],
    ["of south", redactor.of("south"), `${redacted}, secret-of-north, ${redacted}`],
    ["of none", redactor.of(null), `${redacted}, secret-of-north, secret-of-south`],
    ["of the process", redactor, `${redacted}, ${redacted}, ${redacted}`],
  ])("%s takes out what it is to", (_whose, of, expected) => {
    expect(of.text(text)).toBe(expected);
    expect(of.json({ [text]: [text] })).toEqual({ [expected]: [expected] });
  });

  test("holds no text back for the secrets of others", () => {
    const piece = "It is secret-of-n and so on";
    expect(redactor.of("south").pieces().push(piece)).toBe(piece.slice(0, -7));
    expect(redactor.of("north").pieces().push("It is secret-of-n")).toBe("It is ");
    expect(redactor.of(null).pieces().push("It is secret-of-n")).toBe("It is secr");
  });

  test("knows a secret until everybody who has it has forgotten it, and then has its room again", () => {
    const all = new Redactor();
    const [north, south] = [all.of("north"), all.of("south")];
    const { room } = north;
    const [first, second] = [north.learn(secret), north.learn(secret)];
    const others = south.learn(secret);
    expect(room - north.room).toBe(first.patterns);
    first.forget();
    expect(north.text(secret)).toBe(redacted);
    second.forget();
    expect(north.text(secret)).toBe(secret);
    expect(north.room).toBe(room);
    expect(south.text(secret)).toBe(redacted);
    others.forget();
    expect(all.text(secret)).toBe(secret);
  });

  test("goes on to find what is left after many were forgotten", () => {
    const own = new Redactor().of("north");
    own.learn(secret);
    for (let i = 0; i < 100; i++) own.learn(randomBytes(200).toString("hex")).forget();
    expect(own.text(`a ${secret} b`)).toBe(`a ${redacted} b`);
  });
});

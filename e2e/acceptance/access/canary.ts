import { randomBytes } from "node:crypto";

/** Secrets by the place in which they are planted. */
export type Canaries = Record<string, string>;

/** A secret that nothing else holds, and that looks different in every encoding. */
export function newCanary(bytes = 24): string {
  const [head, tail] = [randomBytes(bytes), randomBytes(6)];
  return `cnry-${head.toString("base64url")}+/&"${tail.toString("hex")}=`;
}

/** In how many ways a secret can be read out of a text. */
function formsOf(secret: string): Map<string, string> {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // What the secret shares with its neighbours is not looked for.
    return text.slice(before === 0 ? 0 : before + 1, -4);
  });
  const url = encodeURIComponent(secret);
  return new Map([
    ["plain", secret],
    ...partsOf(secret),
    ["JSON", JSON.stringify(secret).slice(1, -1)],
    ["hexadecimal", bytes.toString("hex")],
    ["HEXADECIMAL", bytes.toString("hex").toUpperCase()],
    ["URL", url],
    ["url", url.replace(/%../g, (escape) => escape.toLowerCase())],
    ["HTML", secret.replaceAll("&", "&amp;").replaceAll('"', "&quot;")],
    ...inBase64.flatMap((text, i): [string, string][] => [
      [`base64 at ${i}`, text],
      [`base64url at ${i}`, text.replaceAll("+", "-").replaceAll("/", "_")],
    ]),
  ]);
}

/** A secret that was cut is one still. */
function partsOf(secret: string): [string, string][] {
  const starts = Array.from({ length: Math.ceil(secret.length / 12) }, (_, i) => i * 12);
  const parts = starts.map((start): [string, string] => [
    `from ${start}`,
    secret.slice(start, start + 24),
  ]);
  return parts.filter(([, part]) => part.length === 24);
}

/** Which canaries a text holds, and in which form. */
export function canariesIn(text: string, canaries: Canaries): string[] {
  return Object.entries(canaries).flatMap(([place, secret]) => {
    const found = [...formsOf(secret)].filter(([, form]) => text.includes(form));
    return found.map(([form]) => `${place} (${form})`);
  });
}

/** Shorter ones would be found in text that has nothing to do with them. */
export const shortestSecret = 8;
const fewestCharacters = 4;
const shortestLine = 16;
/** What is cut out of a secret is found from this length on, but for less than the stride at its ends. */
const framing = /-----|BEGIN|PRIVATE|END /;
const fragment = { length: 16, stride: 4, fewestCharacters: 6 };

/** What is asked of the secrets that people set: a word of the language must not be one. */
export const setSecret = { length: 12, characters: 6 };
/** The keys of providers are what the providers make them. */
export const providerKey = { length: shortestSecret, characters: fewestCharacters };

/** Whether a secret can be told from other text: it is long enough, of enough different characters. */
export function isStrongEnough(secret: string, { length, characters } = providerKey): boolean {
  return secret.length >= length && new Set(secret).size >= characters;
}

/**
 * Every form in which a secret may come back: as it is, its lines, in base64 and base64url at each
 * alignment, in hexadecimal, in URLs and forms, within JSON (once and twice), within HTML; and the parts
 * of each, since texts are cut before they come here. Empty for one that is too weak.
 */
export function secretForms(secret: string): Set<string> {
  if (!isStrongEnough(secret)) return new Set();
  const lines = secret.split(/\r?\n/).filter((line) => isTelling(line) && line !== secret);
  const forms = [secret, ...lines].flatMap(formsOf);
  const parts = forms.flatMap(fragmentsOf);
  return new Set([...forms, ...parts].filter((form) => form.length >= shortestSecret));
}

function fragmentsOf(form: string): string[] {
  const { length, stride, fewestCharacters: fewest } = fragment;
  const fragments: string[] = [];
  for (let start = 0; start + length < form.length; start += stride) {
    const part = form.slice(start, start + length);
    if (!framing.test(part) && new Set(part).size >= fewest) fragments.push(part);
  }
  return fragments;
}

function formsOf(plain: string): string[] {
  const base64 = [0, 1, 2].flatMap((offset) => base64Forms(plain, offset));
  return [plain, ...escapedForms(plain), ...base64, ...hexForms(plain)];
}

/** The lines that frame a key are the same for everyone. */
function isTelling(line: string): boolean {
  return line.length >= shortestLine && !line.startsWith("-----") && isStrongEnough(line);
}

function escapedForms(plain: string): string[] {
  const json = inJson(plain);
  const url = encodeURIComponent(plain.toWellFormed());
  const strict = url.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const urls = [url, strict].flatMap((one) => [one, lowerEscapes(one)]);
  const form = new URLSearchParams([["", plain]]).toString().slice(1);
  const html = plain
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
  return [
    json,
    inJson(json),
    json.replaceAll("/", "\\/"),
    ...urls,
    form,
    lowerEscapes(form),
    html,
    html.replaceAll("'", "&#39;"),
    html.replaceAll("'", "&#x27;"),
    html.replaceAll("&quot;", "&#34;").replaceAll("'", "&#39;"),
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function lowerEscapes(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

/**
 * The part of a base64 text that is made of the secret alone, with `offset` bytes of something else
 * before it; and where it begins at one, the whole of it with its padding.
 */
function base64Forms(plain: string, offset: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(plain)]);
  const text = bytes.toString("base64").replace(/=+$/, "");
  const start = Math.ceil((offset * 4) / 3);
  const end = bytes.length % 3 === 0 ? text.length : text.length - 1;
  const inner = text.slice(start, end);
  const forms = offset === 0 ? [inner, text] : [inner];
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

function hexForms(plain: string): string[] {
  const hex = Buffer.from(plain).toString("hex");
  return [hex, hex.toUpperCase()];
}

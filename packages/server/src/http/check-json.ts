import { FlotillaError } from "@flotilla/core";

/** How deeply JSON from outside may nest. */
export const deepestJson = 64;

/**
 * Throws `invalid_request` for a body that is not JSON in UTF-8, nests deeper than `deepestJson`, names a
 * member twice (programs differ in which they take), or has a member `__proto__`.
 */
export function checkJson(body: ArrayBuffer): void {
  const text = decode(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refusal(`The body is not JSON: ${(error as Error).message}`);
  }
  const members = countMembers(text);
  if (members.deepest > deepestJson) {
    throw refusal(`The JSON nests deeper than ${deepestJson} levels.`);
  }
  const kept = countKept(value);
  if (kept.hasProto) throw refusal('The JSON has a member "__proto__".');
  if (kept.members < members.count) throw refusal("An object in the JSON has a member twice.");
}

function decode(body: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw refusal("The body is not in UTF-8.");
  }
}

function refusal(message: string): FlotillaError {
  return new FlotillaError("invalid_request", message);
}

const [quote, backslash, colon] = ['"', "\\", ":"].map((one) => one.charCodeAt(0));
const [openList, closeList, openObject, closeObject] = ["[", "]", "{", "}"].map((one) =>
  one.charCodeAt(0),
);

/** What valid JSON says: its members, doubled ones too, and how deeply it nests. */
function countMembers(text: string): { count: number; deepest: number } {
  let count = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === colon) count++;
    else if (code === openList || code === openObject) deepest = Math.max(deepest, ++depth);
    else if (code === closeList || code === closeObject) depth--;
  }
  return { count, deepest };
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}

/** What the parser has kept of it. */
function countKept(value: unknown): { members: number; hasProto: boolean } {
  let members = 0;
  let hasProto = false;
  const open = [value];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== "object" || node === null) continue;
    if (!Array.isArray(node)) {
      members += Object.keys(node).length;
      hasProto ||= Object.hasOwn(node, "__proto__");
    }
    for (const child of Object.values(node)) open.push(child);
  }
  return { members, hasProto };
}

import type { Json } from "./json.ts";

/** A character of a value that a reader does not see, or that makes him see something else. */
export interface HiddenCharacter {
  /** Where, as a JSON pointer; the characters of keys are shown escaped in it. */
  path: string;
  /** `U+202E`. */
  character: string;
  /** For people: what it does. */
  what: string;
}

/**
 * Control characters, what changes the direction of text, what has no width, line separators that no
 * JSON shows, and halves of surrogate pairs. Line feed, carriage return and tab are not among them.
 */
const hidden = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufff9-\ufffb\u2800]/gu;

const plain = new Set(["\n", "\r", "\t"]);

/** Findings that are listed; a value that has more is refused as well. */
const mostFound = 50;

/**
 * The hidden characters of a value, in its texts and in the names of its fields, at most 50. What scripts and emoji
 * need to be written (joiners between their letters, variation selectors after them) is none.
 */
export function hiddenCharacters(value: Json): HiddenCharacter[] {
  const found: HiddenCharacter[] = [];
  visit(value, "", (text, path) => {
    for (const { index, 0: character } of text.matchAll(hidden)) {
      if (found.length >= mostFound) return;
      if (isWritten(text, index, character)) continue;
      found.push({ path, character: codeOf(character), what: purpose(character) });
    }
  });
  return found;
}

/** The text with its hidden characters written out: `\u202e`. */
export function visibleText(text: string): string {
  return text.replaceAll(hidden, (character, index: number) =>
    isWritten(text, index, character) ? character : escaped(character),
  );
}

/** The value as indented JSON in which every hidden character is written out, for people to read. */
export function visibleJson(value: Json): string {
  return visibleText(JSON.stringify(value, null, 2));
}

function visit(value: Json, path: string, see: (text: string, path: string) => void): void {
  if (typeof value === "string") see(value, path);
  else if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) visit(part, `${path}/${index}`, see);
  } else if (value !== null && typeof value === "object") {
    for (const [key, part] of Object.entries(value)) {
      const place = `${path}/${visibleText(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
      see(key, place);
      visit(part, place, see);
    }
  }
}

const joined =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const picture = /\p{Extended_Pictographic}/u;
const drawn = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u;
const selected = /[\p{Extended_Pictographic}0-9#*]/u;

/** Whether the character is how something visible is written, there where it stands. */
function isWritten(text: string, index: number, character: string): boolean {
  if (plain.has(character)) return true;
  const before = characterBefore(text, index);
  const after = String.fromCodePoint(text.codePointAt(index + character.length) ?? 0);
  if (character === "\ufe0e" || character === "\ufe0f") return selected.test(before);
  if (character !== "\u200c" && character !== "\u200d") return false;
  // What stands beside it is shown as it is too, or the one who reads it would not see the same.
  if (isJoined(before) && isJoined(after)) return true;
  const isDrawn =
    before === "\ufe0f" ? picture.test(characterBefore(text, index - 1)) : drawn.test(before);
  return character === "\u200d" && isDrawn && picture.test(after);
}

function isJoined(character: string): boolean {
  return joined.test(character) && character.search(hidden) < 0;
}

function characterBefore(text: string, index: number): string {
  return Array.from(text.slice(Math.max(0, index - 2), index)).at(-1) ?? "";
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** As a text in JSON may hold it. */
function escaped(character: string): string {
  const unit = (code: number) => `\\u${code.toString(16).padStart(4, "0")}`;
  return Array.from({ length: character.length }, (_, at) => unit(character.charCodeAt(at))).join(
    "",
  );
}

function purpose(character: string): string {
  if (/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(character)) {
    return "changes the direction in which text is shown";
  }
  if (/[\p{Cc}]/u.test(character)) return "is a control character";
  if (/[\p{Zl}\p{Zp}]/u.test(character)) return "separates lines without being shown";
  if (/[\p{Cs}]/u.test(character)) return "is half of a character";
  return "is invisible";
}

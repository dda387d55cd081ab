import { expect, it } from "vitest";
import { isPlainText } from "./is-plain-text.ts";

it.each([
  "Done.",
  "42",
  "Ja, zwölf – und morgen?",
  "It's 12.5% (of 1,318): 164.75",
  "A well-known one",
])("is %j", (text) => expect(isPlainText(text)).toBe(true));

it.each([
  ...[
    "",
    "**Done**",
    "- one",
    "1. one",
    "2) two",
    "# Title",
    "two\nlines",
    "see `x`",
    "a_b_",
    "$x$",
  ],
  ...[
    "www.example.org",
    "https://example.org",
    "ann@example.org",
    "<b>",
    "a | b",
    "![x](y)",
    "> so",
  ],
])("is not %j", (text) => expect(isPlainText(text)).toBe(false));

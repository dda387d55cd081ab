/** Private-use characters that stand for those which mean something in HTML. */
const marks: Record<string, string> = {
  "&": "\u{E002}",
  "<": "\u{E003}",
  ">": "\u{E004}",
  '"': "\u{E005}",
};
const plain = Object.fromEntries(Object.entries(marks).map(([char, mark]) => [mark, char]));

/**
 * A text that means the same to HTML wherever it stands, at its own length: a million entities would be a million nodes.
 * Private-use characters are taken out, so that each one left is ours.
 */
export function protect(text: string): string {
  return text.replaceAll(/[\u{E000}-\u{F8FF}]/gu, "").replaceAll(/[&<>"]/g, (char) => marks[char]!);
}

export function restore(text: string): string {
  return text.replaceAll(/[\u{E002}-\u{E005}]/gu, (mark) => plain[mark]!);
}

const roman: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

/** A number as lists show it, by the names of Office (`lowerLetter`) or of OpenDocument (`a`). */
export function listNumber(value: number, format: string): string {
  switch (format) {
    case "lowerLetter":
    case "a":
      return letters(value);
    case "upperLetter":
    case "A":
      return letters(value).toUpperCase();
    case "lowerRoman":
    case "i":
      return romanOf(value);
    case "upperRoman":
    case "I":
      return romanOf(value).toUpperCase();
    default:
      return String(value);
  }
}

/** z is followed by aa, as in word processors. */
function letters(value: number): string {
  if (value < 1 || value > 10_000) return String(value);
  const letter = String.fromCodePoint(97 + ((value - 1) % 26));
  return letter.repeat(Math.floor((value - 1) / 26) + 1);
}

function romanOf(value: number): string {
  if (value < 1 || value > 10_000) return String(value);
  let left = value;
  let text = "";
  for (const [worth, sign] of roman) {
    while (left >= worth) {
      text += sign;
      left -= worth;
    }
  }
  return text;
}

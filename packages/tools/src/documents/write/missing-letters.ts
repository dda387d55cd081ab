import { readFile } from "node:fs/promises";

const mostShown = 20;

/** Letters of a text that a font file has not, each once; by the font's own table of characters. */
export async function missingLetters(text: string, file: string): Promise<string[]> {
  const has = charactersOf(await readFile(file));
  const letters = new Set(text.replaceAll(/\s|\p{C}/gu, ""));
  return [...letters].filter((letter) => !has(letter.codePointAt(0) ?? 0)).slice(0, mostShown);
}

/** The segments of the font's `cmap` table, in format 12 (OpenType 1.9, "cmap"). */
function charactersOf(font: Buffer): (point: number) => boolean {
  const tables = font.readUInt16BE(4);
  const ranges: { from: number; to: number }[] = [];
  for (let at = 0; at < tables; at++) {
    const entry = 12 + at * 16;
    if (font.toString("latin1", entry, entry + 4) !== "cmap") continue;
    const start = font.readUInt32BE(entry + 8);
    const count = font.readUInt16BE(start + 2);
    for (let one = 0; one < count; one++) {
      const table = start + font.readUInt32BE(start + 4 + one * 8 + 4);
      if (font.readUInt16BE(table) !== 12) continue;
      const groups = font.readUInt32BE(table + 12);
      for (let group = 0; group < groups; group++) {
        const place = table + 16 + group * 12;
        ranges.push({ from: font.readUInt32BE(place), to: font.readUInt32BE(place + 4) });
      }
    }
  }
  return (point) =>
    ranges.length === 0 || ranges.some(({ from, to }) => point >= from && point <= to);
}

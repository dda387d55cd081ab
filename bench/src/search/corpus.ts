import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const syllables = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo za".split(" ");
const vocabulary = Array.from({ length: 4_000 }, (_, number) => {
  const letters = [number % 20, Math.floor(number / 20) % 20, Math.floor(number / 400) % 20];
  return letters.map((at) => syllables[at]).join("") + (number % 3 === 0 ? "r" : "");
});

/** A pseudo-random sequence that is the same each time (Lehmer's generator). */
function sequence(seed: number): () => number {
  let state = seed * 48_271 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Rare words are rarer than common ones, roughly as in a language. */
function wordOf(random: () => number): string {
  return vocabulary[Math.floor(vocabulary.length * random() ** 3)] ?? "";
}

/** A text of so many lines that is the same for the same number. */
function textOf(number: number, lines: number): string {
  const random = sequence(number + 1);
  const line = () => Array.from({ length: 12 }, () => wordOf(random)).join(" ");
  return `${Array.from({ length: lines }, line).join("\n")}\n`;
}

/** Writes files of text, a hundred to a folder; every fiftieth has a line with the words to be found. */
export async function writeCorpus(folder: string, files: number, lines: number): Promise<void> {
  for (let start = 0; start < files; start += 100) {
    const inner = join(folder, `part-${start / 100}`);
    await mkdir(inner, { recursive: true });
    await Promise.all(
      Array.from({ length: Math.min(100, files - start) }, (_, at) => {
        const number = start + at;
        const found = number % 50 === 0 ? `Invoice REF-${1_000 + number} was settled late.\n` : "";
        return writeFile(join(inner, `note-${number}.md`), textOf(number, lines) + found);
      }),
    );
  }
}

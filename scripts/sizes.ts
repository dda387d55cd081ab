import { readFileSync } from "node:fs";
import { sourceFiles } from "./source-files.ts";

/** No source file is longer; the linter does the same for functions. Tests and made files may be. */
const maxLines = 500;
const exempt = /\.test\.tsx?$|\/test\/|\/migrations\/|\.gen\.ts$/;

const lengths = sourceFiles("ts", "tsx", "css", "mjs")
  .filter((file) => !exempt.test(file))
  .map((file) => ({ file, lines: readFileSync(file, "utf8").split("\n").length - 1 }))
  .toSorted((a, b) => b.lines - a.lines);

const tooLong = lengths.filter(({ lines }) => lines > maxLines);
for (const { file, lines } of tooLong) {
  console.error(`${file}: ${lines} lines, at most ${maxLines}. Find the second noun in it.`);
}
const median = lengths[Math.floor(lengths.length / 2)]?.lines ?? 0;
console.log(`${lengths.length} files, median ${median} lines, longest ${lengths[0]?.lines ?? 0}.`);
process.exitCode = tooLong.length > 0 || lengths.length === 0 ? 1 : 0;

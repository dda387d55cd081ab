import { parseXml } from "../xml.ts";
import { listNumber } from "./list-number.ts";

interface Level {
  format: string;
  /** `%1.%2)` */
  text: string;
  start: number;
}

/** The numbers of lists, counted as a word processor counts them. */
export class Numbering {
  readonly #lists = new Map<string, { abstract: string; levels: Level[] }>();
  /** By list, the number that each level has reached. */
  readonly #counts = new Map<string, (number | undefined)[]>();

  constructor(text: string | undefined) {
    if (text === undefined) return;
    const root = parseXml(text);
    const abstracts = new Map<string, Level[]>();
    for (const abstract of root.elements("w:abstractNum")) {
      const levels: Level[] = [];
      for (const level of abstract.elements("w:lvl")) {
        const value = (name: string) => level.find(name)?.attributes["w:val"];
        levels[Number(level.attributes["w:ilvl"] ?? 0)] = {
          format: value("w:numFmt") ?? "decimal",
          text: value("w:lvlText") ?? "%1.",
          start: Number(value("w:start") ?? 1),
        };
      }
      abstracts.set(abstract.attributes["w:abstractNumId"] ?? "", levels);
    }
    for (const number of root.elements("w:num")) {
      const abstract = number.find("w:abstractNumId")?.attributes["w:val"] ?? "";
      const levels = abstracts.get(abstract) ?? [];
      this.#lists.set(number.attributes["w:numId"] ?? "", { abstract, levels });
    }
  }

  /** What stands before the next item; `undefined` for a bullet. */
  next(list: string, depth: number): string | undefined {
    const levels = this.#lists.get(list)?.levels;
    const level = levels?.[depth];
    if (!levels || !level || level.format === "bullet" || level.format === "none") return undefined;
    const counts = this.#counts.get(list) ?? [];
    this.#counts.set(list, counts);
    counts[depth] = (counts[depth] ?? level.start - 1) + 1;
    counts.length = depth + 1;
    return level.text.replaceAll(/%(\d)/g, (_, digit: string) => {
      const at = Number(digit) - 1;
      const { start = 1, format = "decimal" } = levels[at] ?? {};
      return listNumber(counts[at] ?? start, format);
    });
  }
}

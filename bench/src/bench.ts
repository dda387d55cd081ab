/** One of the benches: what it is told on the command line, and what it finds out. */
export interface Bench<Options extends { json: boolean }, Result extends { at: string }> {
  usage: string;
  /** Throws an Error that says which option is wrong. */
  parse(args: string[]): Options;
  measure(options: Options): Promise<Result>;
  /** The result as Markdown. */
  render(result: Result): string;
}

/** The unit of a bench's options: a whole number. Throws an Error that names the option. */
export function toCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= least) return count;
  throw new Error(`${option}: "${text}" is not a whole number from ${least}.`);
}

/** The keys that `--only` names. Throws an Error for one that does not exist. */
export function toKeys<Key extends string>(text: string, keys: readonly Key[]): Key[] {
  return text.split(",").map((name) => {
    const found = keys.find((key) => key === name.trim());
    if (!found) throw new Error(`--only: "${name}" is none of ${keys.join(", ")}.`);
    return found;
  });
}

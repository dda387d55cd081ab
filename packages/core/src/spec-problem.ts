import type { z } from "zod";

/** What is wrong with a value of a file, and where in it. */
export interface SpecIssue {
  path: readonly PropertyKey[];
  message: string;
}

/** Every problem that a schema has with a file's value; a setting that there is none of is named itself. */
export function specIssues({ issues }: z.ZodError): SpecIssue[] {
  return issues.flatMap((issue): SpecIssue[] => {
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: "there is no such setting",
    }));
  });
}

/** A parsed YAML document, as far as places in it are found. */
interface PlacedDocument {
  getIn(path: PropertyKey[], keepScalar: boolean): unknown;
  contents: { range?: readonly [number, number, number] | null } | null;
}

/** Where in its text a value is, from and to, or the nearest thing around it that is there. */
export function specPlace(
  document: PlacedDocument,
  path: readonly PropertyKey[],
): readonly [from: number, to: number] {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    const range = (node as PlacedDocument["contents"] | undefined)?.range;
    if (range) return [range[0], range[1]];
  }
  const at = document.contents?.range?.[0] ?? 0;
  return [at, at];
}

/** `limits.maxSteps`, `tools[2]`; empty for the whole. */
export function specPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`,
    )
    .join("");
}

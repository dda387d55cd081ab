import { FlotillaError } from "@flotilla/core";
import { z } from "zod";

export const globPattern = z
  .string()
  .min(1)
  .max(500)
  .describe("which files: *.md, src/**/*.{ts,tsx}, !**/old/**");

/**
 * Whether a path fits a glob: `*` and `?` stand for letters of one name, `**` for any folders, `{a,b}` for either, `[a-z]` for
 * one of them. A pattern without a slash is about the name alone. Read by RE2, so no pattern takes more than linear time.
 * Throws `tool_input_invalid` for one that cannot be read.
 */
export async function globMatcher(glob: string): Promise<(path: string) => boolean> {
  const { compileGlob } = await import("./glob-regex.ts");
  try {
    return compileGlob(glob);
  } catch {
    throw new FlotillaError(
      "tool_input_invalid",
      `The glob ${JSON.stringify(glob)} is not valid.`,
      {
        remedy: "Use patterns like *.md, src/**/*.ts or **/{a,b}/*.",
      },
    );
  }
}

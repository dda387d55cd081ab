import type { ToolContext } from "@flotilla/core";
import { z } from "zod";

const headChars = 12_000;
const tailChars = 4_000;

/** One stream of a program's output, as far as it is shown. */
export const outputSchema = z.strictObject({
  text: z.string().describe("a long one has its middle left out"),
  artifact: z.string().optional().describe("the whole of a long one, for artifact_read"),
});
export type Output = z.infer<typeof outputSchema>;

/** Shows the beginning and the end of a long output, and keeps the whole as an artifact. */
export async function showOutput(
  context: ToolContext,
  name: string,
  content: Buffer,
): Promise<Output> {
  const text = content.toString("utf8");
  if (text.length <= headChars + tailChars) return { text };
  const { id } = await context.keep({ name: `${name}.txt`, mediaType: "text/plain", content });
  const head = whole(text.slice(0, headChars));
  const tail = whole(text.slice(-tailChars));
  const left = text.length - head.length - tail.length;
  return { text: `${head}\n[… ${left} characters are left out …]\n${tail}`, artifact: id };
}

/** Without half of a character at either end. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
}

import { charsetOf } from "./charset.ts";

const textTypes =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|yaml|x-yaml|javascript|ecmascript|x-javascript|graphql|sql|toml|x-ndjson|jsonl|x-www-form-urlencoded)$|image\/svg\+xml$)/;

export interface Text {
  text: string;
  /** Why there is no text, when there is none. */
  note?: string;
}

/**
 * A body as text, by its charset (`charsetOf`). What is not text is not returned: a model cannot read it and a journal
 * should not keep it.
 */
export async function textOf(
  answer: { body: Buffer; truncated: boolean },
  contentType: string | undefined,
): Promise<Text> {
  const { body } = answer;
  if (body.length === 0) return { text: "" };
  const known = mediaTypeOf(contentType);
  const charset = await charsetOf(answer, contentType);
  if ((known && !textTypes.test(known)) || looksBinary(body, charset)) {
    const kind = known || "of no stated type";
    return { text: "", note: `The content is binary (${kind}); it is left out.` };
  }
  try {
    // As a stream: the start of a character that was cut off at the end is dropped.
    const text = new TextDecoder(charset).decode(body, { stream: true });
    return { text: text.replaceAll("\0", "\uFFFD") };
  } catch {
    return { text: "", note: `The charset ${charset} is unknown; the content is left out.` };
  }
}

/** In lower case, without parameters; empty where there is none. */
export function mediaTypeOf(contentType: string | undefined): string {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** NUL bytes appear in no text but UTF-16, which says so by its mark or its charset. */
function looksBinary(body: Buffer, charset: string): boolean {
  return !charset.startsWith("utf-16") && body.includes(0);
}

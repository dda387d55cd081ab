const textTypes =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|yaml|x-yaml|javascript|ecmascript|x-javascript|graphql|sql|toml|x-ndjson|jsonl|x-www-form-urlencoded)$|image\/svg\+xml$)/;

export interface Text {
  text: string;
  /** Why there is no text, when there is none. */
  note?: string;
}

/**
 * A body as text, by the charset of its content type (then its byte order mark, then UTF-8).
 * What is not text is not returned: a model cannot read it and a journal should not keep it.
 */
export function textOf(body: Buffer, contentType: string | undefined): Text {
  if (body.length === 0) return { text: "" };
  const [type = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const known = type.trim();
  const charset = parameters.map(charsetOf).find(Boolean) ?? markedCharset(body);
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

function charsetOf(parameter: string): string | undefined {
  return /^\s*charset="?([^"]+?)"?\s*$/.exec(parameter)?.[1];
}

function markedCharset(body: Buffer): string {
  if (body[0] === 0xff && body[1] === 0xfe) return "utf-16le";
  if (body[0] === 0xfe && body[1] === 0xff) return "utf-16be";
  return "utf-8";
}

/** NUL bytes appear in no text but UTF-16, which says so by its mark or its charset. */
function looksBinary(body: Buffer, charset: string): boolean {
  return !charset.startsWith("utf-16") && body.includes(0);
}

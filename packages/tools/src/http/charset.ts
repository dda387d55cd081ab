/** As much of a page as browsers look at for what it says of itself. */
const MARKED_BYTES = 1_024;
const SAMPLE_BYTES = 64 * 1024;

const declared = [
  /<meta[^>]{0,200}?\bcharset\s*=\s*["']?\s*([\w:.-]{1,40})/i,
  /^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w:.-]{1,40})/i,
  /^\s*@charset\s+"([\w:.-]{1,40})"/i,
];

/**
 * The charset of a text: its byte order mark, else what its content type says, else what it says of itself, else UTF-8
 * where it is that, else what its letters look like. A label may be one that nobody knows.
 */
export async function charsetOf(
  { body, truncated }: { body: Buffer; truncated: boolean },
  contentType: string | undefined,
): Promise<string> {
  const told = markedCharset(body) ?? typedCharset(contentType) ?? declaredCharset(body);
  if (told !== undefined) return told;
  return isUtf8(body, truncated) ? "utf-8" : guess(body);
}

function typedCharset(contentType = ""): string | undefined {
  const [, ...parameters] = contentType.toLowerCase().split(";");
  return parameters
    .map((parameter) => /^\s*charset="?([^"]+?)"?\s*$/.exec(parameter)?.[1])
    .find(Boolean);
}

function markedCharset(body: Buffer): string | undefined {
  if (body[0] === 0xff && body[1] === 0xfe) return "utf-16le";
  if (body[0] === 0xfe && body[1] === 0xff) return "utf-16be";
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? "utf-8" : undefined;
}

function declaredCharset(body: Buffer): string | undefined {
  const start = body.toString("latin1", 0, MARKED_BYTES);
  const label = declared.map((pattern) => pattern.exec(start)?.[1]?.toLowerCase()).find(Boolean);
  // What reads as ASCII cannot be UTF-16: whoever wrote that meant UTF-8.
  return label?.startsWith("utf-16") ? "utf-8" : label;
}

function isUtf8(body: Buffer, truncated: boolean): boolean {
  try {
    // The end of a body that was cut off may be in the middle of a character.
    new TextDecoder("utf-8", { fatal: true }).decode(body, { stream: truncated });
    return true;
  } catch {
    return false;
  }
}

async function guess(body: Buffer): Promise<string> {
  const { analyse } = await import("chardet");
  const known = analyse(body.subarray(0, SAMPLE_BYTES)).find(({ name }) => isKnown(name));
  return known?.name.toLowerCase() ?? "windows-1252";
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== "utf-8";
  } catch {
    return false;
  }
}

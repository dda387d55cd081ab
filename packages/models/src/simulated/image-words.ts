/** What a simulated model sees of an image: its type and how large it is. */
export function imageWords(mediaType: string, base64: string): string {
  return `[image ${mediaType}, ${Buffer.byteLength(base64, "base64")} bytes]`;
}

/** The same of a data URL; nothing of another. */
export function imageUrlWords(url: string): string {
  const [, mediaType = "", base64 = ""] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return mediaType === "" ? "" : imageWords(mediaType, base64);
}

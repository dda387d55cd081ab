/** The longest start of the text that takes at most `maxBytes` as a JSON string. */
export function cutToJson(text: string, maxBytes: number): { text: string; cut: boolean } {
  if (jsonBytes(text) <= maxBytes) return { text, cut: false };
  let [fits, tooLong] = [0, Math.min(text.length, maxBytes)];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (jsonBytes(text.slice(0, middle)) <= maxBytes) fits = middle;
    else tooLong = middle;
  }
  // Not between the halves of a character beyond the first plane.
  const end = (text.codePointAt(fits - 1) ?? 0) > 0xffff ? fits - 1 : fits;
  return { text: text.slice(0, end), cut: true };
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

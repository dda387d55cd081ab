/**
 * The one range of a Range header (RFC 9110, 14.2), both ends included. Undefined where the whole is
 * to be sent: no header, several ranges, or one that cannot be read.
 */
export function byteRange(
  header: string | undefined,
  length: number,
): { from: number; to: number } | "beyond" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (!first && !last) return undefined;
  if (!first) {
    const from = Math.max(0, length - Number(last));
    return from < length ? { from, to: length - 1 } : "beyond";
  }
  const from = Number(first);
  if (from >= length) return "beyond";
  if (last && Number(last) < from) return undefined;
  return { from, to: last ? Math.min(Number(last), length - 1) : length - 1 };
}

const signatures: readonly (readonly [mediaType: string, at: number, bytes: string])[] = [
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/gif", 0, "GIF8"],
  ["image/webp", 8, "WEBP"],
  ["image/avif", 4, "ftypavif"],
];

/** What kind of image it is, by its first bytes; undefined where it is none that is known. */
export function imageType(content: Uint8Array): string | undefined {
  const head = Buffer.from(content.subarray(0, 16)).toString("latin1");
  return signatures.find(([, at, bytes]) => head.startsWith(bytes, at))?.[0];
}

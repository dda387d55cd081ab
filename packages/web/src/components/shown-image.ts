const shown = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);

/** Whether content is shown as an image: only ever as one, in which a browser runs no script. */
export function isShownImage(mediaType: string): boolean {
  return shown.has((mediaType.split(";", 1)[0] ?? "").trim().toLowerCase());
}

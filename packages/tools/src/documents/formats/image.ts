import type { ParsedDocument } from "../document.ts";
import { unreadable } from "../unreadable.ts";
import { factsOf } from "./office.ts";

/** What an image says of itself. What is to be seen on it, only a model that takes images can tell. */
export async function parseImage(content: Uint8Array): Promise<ParsedDocument> {
  const { imageSize } = await import("image-size");
  let size: ReturnType<typeof imageSize>;
  try {
    size = imageSize(content);
  } catch (error) {
    throw unreadable(
      `its image is corrupt (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  const { width, height, type } = size;
  const exif = ["jpg", "tiff", "png", "heic", "heif", "avif"].includes(type ?? "")
    ? await exifOf(content)
    : {};
  const facts = { ...factsOf({ type, width: String(width), height: String(height) }), ...exif };
  const lines = Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`);
  const markdown = `${lines.join("\n")}\n\nThe text of images is not read.`;
  return { format: "image", facts, parts: [{ kind: "text", markdown }], notes: [] };
}

const mostValue = 300;

async function exifOf(content: Uint8Array): Promise<Record<string, string>> {
  const { default: exifr } = await import("exifr");
  try {
    const found: unknown = await exifr.parse(Buffer.from(content), {
      tiff: true,
      exif: true,
      gps: true,
      xmp: false,
      icc: false,
      iptc: true,
      ihdr: false,
      mergeOutput: true,
    });
    const entries = Object.entries((found ?? {}) as Record<string, unknown>);
    return Object.fromEntries(
      entries.flatMap(([name, value]) => {
        const shown = shownValue(value);
        return shown === undefined ? [] : [[`EXIF ${name}`, shown]];
      }),
    );
  } catch {
    // An image is whole without it.
    return {};
  }
}

function shownValue(value: unknown): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return String(value)
      .replaceAll(/\p{Cc}+/gu, " ")
      .trim()
      .slice(0, mostValue);
  }
  const isShort =
    Array.isArray(value) && value.length <= 8 && value.every((one) => typeof one === "number");
  return isShort ? value.join(", ") : undefined;
}

import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

/** Fields along each side of the pattern. */
const fields = 8;
const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/**
 * A PNG of a pattern in four colours that follows from the text: the same bytes for the same text and size. It is
 * small, whatever its size.
 */
export function drawImage(text: string, width: number, height: number): Buffer {
  const seed = createHash("sha512").update(text).digest();
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Two bits a pixel, out of a palette.
  header.set([2, 3, 0, 0, 0], 8);
  const palette = seed.subarray(0, 12);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", deflateSync(pixels(seed.subarray(12), width, height), { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Rows of pixels, each behind the number of its filter: none. */
function pixels(seed: Buffer, width: number, height: number): Buffer {
  const rowBytes = 1 + Math.ceil(width / 4);
  const rows = Array.from({ length: fields }, (_, row) => {
    const line = Buffer.alloc(rowBytes);
    for (let x = 0; x < width; x++) {
      const column = Math.floor((x * fields) / width);
      // Symmetric from left to right, as faces and leaves are.
      const place = row * fields + Math.min(column, fields - 1 - column);
      const colour = ((seed[place % seed.length] ?? 0) >> (place % 3)) & 3;
      const at = 1 + (x >> 2);
      line[at] = (line[at] ?? 0) | (colour << (6 - 2 * (x & 3)));
    }
    return line;
  });
  const lineAt = (y: number) => rows[Math.floor((y * fields) / height)] ?? Buffer.alloc(rowBytes);
  return Buffer.concat(Array.from({ length: height }, (_, y) => lineAt(y)));
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

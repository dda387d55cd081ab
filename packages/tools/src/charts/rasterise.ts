import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { fontFile } from "../documents/write/font-file.ts";

const require = createRequire(import.meta.url);
const faces = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono"];
let ready: Promise<Uint8Array[]> | undefined;

/** A PNG of an SVG, so many pixels wide. It is drawn in WebAssembly, which reaches nothing but the SVG and the fonts. */
export async function rasterise(svg: string, width: number): Promise<Uint8Array> {
  const fontBuffers = await (ready ??= prepare());
  const drawing = new Resvg(svg, {
    fitTo: { mode: "width", value: width },
    font: {
      fontBuffers,
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
      serifFamily: "DejaVu Sans",
      monospaceFamily: "DejaVu Sans Mono",
    },
  });
  try {
    const image = drawing.render();
    return image.asPng();
  } finally {
    drawing.free();
  }
}

/** The size that an SVG says it has, in pixels. */
export async function sizeOf(svg: string): Promise<{ width: number; height: number }> {
  await (ready ??= prepare());
  const drawing = new Resvg(svg);
  const { width, height } = drawing;
  drawing.free();
  return { width, height };
}

async function prepare(): Promise<Uint8Array[]> {
  await initWasm(await readFile(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
  return Promise.all(faces.map((face) => readFile(fontFile(face))));
}

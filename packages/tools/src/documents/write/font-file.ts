import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Of the fonts that documents and drawings are set in: DejaVu, by the name of a face. */
export function fontFile(face: string): string {
  return require.resolve(`dejavu-fonts-ttf/ttf/${face}.ttf`);
}

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const texts = /\.(?:js|css|html|svg)$/;
/** Below it the headers weigh as much as what would be saved. */
const leastBytes = 1_000;

/** Writes each text of the build compressed beside it (`.br`, `.gz`): a server then has nothing to compress. */
export function compressedFiles(): Plugin {
  return {
    name: "flotilla:compressed-files",
    apply: "build",
    async writeBundle({ dir = "" }, bundle) {
      const files = Object.keys(bundle).filter((name) => texts.test(name));
      await Promise.all(
        [...files, "before-app.js", "flotilla.svg"].map((name) => compress(join(dir, name))),
      );
    },
  };
}

async function compress(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.length < leastBytes) return;
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  await Promise.all([
    writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params: quality })),
    writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 })),
  ]);
}

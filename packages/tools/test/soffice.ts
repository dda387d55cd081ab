import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { promisify } from "node:util";
import { debianProgram } from "./debian-program.ts";

export const soffice = debianProgram("soffice", "libreoffice-writer-nogui");

let profile: string | undefined;
/** Two at once cannot share a profile, and each new one takes a while to be made. */
let turn: Promise<unknown> = Promise.resolve();

/** Has LibreOffice write a file again in another format: `docx`, or with a filter, `csv:Text - …`. */
export function convert(
  name: string,
  content: string | Uint8Array,
  format: string,
): Promise<Buffer> {
  const converted = turn.then(() => convertNow(name, content, format));
  turn = converted.catch(() => undefined);
  return converted;
}

async function convertNow(
  name: string,
  content: string | Uint8Array,
  format: string,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-office-"));
  try {
    const source = join(folder, name);
    await writeFile(source, content);
    const settings = `-env:UserInstallation=file://${profileFolder()}`;
    const out = join(folder, "out");
    const args = [settings, "--headless", "--convert-to", format, "--outdir", out, source];
    await promisify(execFile)(soffice.path, args, { timeout: 120_000 });
    return await readFile(join(out, `${parse(name).name}.${format.split(":")[0]}`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function profileFolder(): string {
  if (profile) return profile;
  const made = mkdtempSync(join(tmpdir(), "flotilla-soffice-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  return (profile = made);
}

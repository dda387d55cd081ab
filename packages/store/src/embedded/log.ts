import { copyFile, stat, truncate } from "node:fs/promises";

const limitBytes = 8 * 1024 * 1024;

/** Keeps the server's log small: past 8 MiB its lines move to one older file. */
export async function boundLog(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found || found.size <= limitBytes) return;
  await copyFile(file, `${file}.1`);
  // The server appends, so it goes on at the start of the emptied file.
  await truncate(file);
}

import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { archiveFile, tidyArchives } from "./archive.ts";
import type { FileSettings } from "./settings.ts";

/** What waits for a disk that takes nothing; the oldest lines go first. */
const mostPendingBytes = 4 * 2 ** 20;
const tryAgainMs = 1_000;

interface Opened {
  fd: number;
  inode: number;
  /** The day of its first line; null while it has none. */
  day: string | null;
}

/**
 * A log file that any number of processes append to, and that is put away when it has grown too large or
 * its day (UTC) is over.
 *
 * Lines of one turn of the event loop are one synchronous write, and what is left is written when the process
 * exits, so that the last lines before an end are there. A write is O_APPEND, so lines of several
 * processes do not mix. Before each write the file is looked up by its name: whoever finds that another
 * process has put it away goes on with the new one.
 *
 * A disk that is full or gone stops nobody: lines wait in bounded memory, and how many were lost is said
 * once there is room again.
 */
export class RotatingFile {
  readonly #settings: FileSettings;
  readonly #now: () => number;
  readonly #onTrouble: (error: Error) => void;
  readonly #onExit = () => this.flush();
  #opened: Opened | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #lost = 0;
  #scheduled: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;
  #inTrouble = false;
  #tidying: Promise<void> = Promise.resolve();

  /** @param onTrouble told once when the file cannot be written, and again after it could */
  constructor(
    settings: FileSettings,
    now: () => number,
    onTrouble: (error: Error) => void = () => undefined,
  ) {
    this.#settings = settings;
    this.#now = now;
    this.#onTrouble = onTrouble;
    process.on("exit", this.#onExit);
    this.#tidy();
  }

  /** Takes one line, with its end. */
  write(line: string): void {
    this.#add(Buffer.from(line));
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  /** Writes all that waits, as far as the disk takes it. */
  flush(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    clearTimeout(this.#retry);
    if (this.#pendingBytes === 0) return;
    try {
      const opened = this.#current();
      if (this.#lost > 0) this.#add(this.#lossLine(), "first");
      this.#lost = 0;
      this.#writeAll(opened);
      this.#inTrouble = false;
    } catch (error) {
      if (!this.#inTrouble) this.#onTrouble(error as Error);
      this.#inTrouble = true;
      this.#close();
      this.#retry = setTimeout(() => this.flush(), tryAgainMs).unref();
    }
  }

  /** Writes what waits, and lets work on archives end. */
  async close(): Promise<void> {
    this.flush();
    clearTimeout(this.#retry);
    process.off("exit", this.#onExit);
    this.#close();
    await this.#tidying;
  }

  #add(line: Buffer, place: "first" | "last" = "last"): void {
    if (place === "first") this.#pending.unshift(line);
    else this.#pending.push(line);
    this.#pendingBytes += line.byteLength;
    while (this.#pendingBytes > mostPendingBytes && this.#pending.length > 1) {
      this.#pendingBytes -= (this.#pending.shift() as Buffer).byteLength;
      this.#lost += 1;
    }
  }

  #writeAll({ fd }: Opened): void {
    const all = Buffer.concat(this.#pending);
    let written = 0;
    try {
      while (written < all.byteLength) written += writeSync(fd, all, written);
    } finally {
      // What a full disk did not take comes again: the rest of a line first.
      const rest = all.subarray(written);
      this.#pending = rest.byteLength > 0 ? [rest] : [];
      this.#pendingBytes = rest.byteLength;
    }
  }

  /** The file of that name, after it was put away if it is time to. */
  #current(): Opened {
    const { file, maxBytes } = this.#settings;
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found || found.ino !== this.#opened?.inode) this.#open();
    const opened = this.#opened as Opened;
    const size = found?.size ?? 0;
    const today = dayOf(this.#now());
    const isOver = opened.day !== null && opened.day !== today;
    if (size === 0) opened.day = today;
    else if (isOver || size + this.#pendingBytes > maxBytes) {
      if (archiveFile(file, opened.inode, this.#now())) this.#tidy();
      this.#open();
    }
    return this.#opened as Opened;
  }

  #open(): void {
    const { file } = this.#settings;
    this.#close();
    mkdirSync(dirname(file), { recursive: true });
    const fd = openSync(file, "a+", 0o640);
    this.#opened = { fd, inode: fstatSync(fd).ino, day: firstDay(fd) };
  }

  #close(): void {
    if (this.#opened) closeSync(this.#opened.fd);
    this.#opened = undefined;
  }

  #tidy(): void {
    this.#tidying = this.#tidying
      .then(() => tidyArchives(this.#settings, this.#now()))
      .catch((error: unknown) => this.#onTrouble(error as Error));
  }

  #lossLine(): Buffer {
    const msg = "log lines were lost: the log file could not be written";
    return Buffer.from(
      `${JSON.stringify({ level: 40, time: this.#now(), pid: process.pid, lost: this.#lost, msg })}\n`,
    );
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The day of a file's first line. */
function firstDay(fd: number): string | null {
  const head = Buffer.alloc(200);
  const length = readSync(fd, head, 0, head.byteLength, 0);
  const time = /"time":(\d{10,15})\b/.exec(head.toString("utf8", 0, length))?.[1];
  return time === undefined ? null : dayOf(Number(time));
}

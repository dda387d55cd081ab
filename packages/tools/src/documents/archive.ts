import { fromBufferPromise, type Entry, type ZipFile } from "yauzl";
import { tooLarge, unreadable, UnreadableError } from "./unreadable.ts";

const mostEntries = 5_000;
const mostBytes = 256 * 1024 * 1024;
const mostEntryBytes = 128 * 1024 * 1024;
/** Office documents reach 20 or so; from this on it is a bomb, unless it is small. */
const highestRatio = 200;
const smallBytes = 8 * 1024 * 1024;

/** The files of a ZIP archive, inflated when they are asked for. */
export class Archive {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  #read = 0;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /**
   * Looks at the directory alone. Rejects with `tool_failed` when it is corrupt, encrypted, or says of
   * itself that it would inflate to more than a document does.
   */
  static async open(content: Uint8Array): Promise<Archive> {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const entries = new Map<string, Entry>();
    let zip: ZipFile;
    let total = 0;
    try {
      zip = await fromBufferPromise(bytes, { lazyEntries: true });
      if (zip.entryCount > mostEntries) throw tooLarge(`it holds ${zip.entryCount} files`);
      for await (const entry of zip.eachEntry()) {
        total += entry.uncompressedSize;
        checkEntry(entry, total);
        // The first one counts, so that nobody sees another file than the one that was judged.
        if (!entries.has(entry.fileName)) entries.set(entry.fileName, entry);
      }
    } catch (error) {
      throw asUnreadable(error);
    }
    if (total > smallBytes && total > bytes.length * highestRatio) {
      throw tooLarge(`its ${bytes.length} bytes would inflate to ${total}`);
    }
    return new Archive(zip, entries);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Rejects with `tool_failed` when there is no such file, or it is not what the directory says. */
  async bytes(name: string): Promise<Buffer> {
    const entry = this.#entries.get(name);
    if (!entry) throw unreadable(`its file ${name} is missing`);
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      // Sizes are checked while it inflates: what says it is small and is not, ends there.
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
        const bytes = chunk as Buffer;
        size += bytes.length;
        this.#read += bytes.length;
        if (size > mostEntryBytes || this.#read > mostBytes) throw tooLarge(`${name} is too large`);
        chunks.push(bytes);
      }
    } catch (error) {
      throw asUnreadable(error);
    }
    return Buffer.concat(chunks, size);
  }

  async text(name: string): Promise<string> {
    return decodeXml(await this.bytes(name));
  }

  /** As `text`; `undefined` when there is no such file. */
  async textIfThere(name: string): Promise<string | undefined> {
    return this.has(name) ? this.text(name) : undefined;
  }
}

function checkEntry(entry: Entry, total: number): void {
  const { fileName, uncompressedSize, compressedSize } = entry;
  if (entry.isEncrypted()) throw encrypted();
  if (uncompressedSize > mostEntryBytes || total > mostBytes) {
    throw tooLarge(`it would inflate to more than ${mostBytes / 2 ** 20} MiB`);
  }
  if (uncompressedSize > smallBytes && uncompressedSize > compressedSize * highestRatio) {
    throw tooLarge(
      `${fileName.slice(0, 100)} has ${compressedSize} bytes and would inflate to ${uncompressedSize}`,
    );
  }
}

export function encrypted(): Error {
  return unreadable("it is encrypted", "Ask for a copy without a password.");
}

function asUnreadable(error: unknown): unknown {
  if (error instanceof UnreadableError || !(error instanceof Error)) return error;
  return unreadable(`its archive is corrupt (${error.message})`);
}

/** XML says by its first bytes whether it is UTF-16; otherwise it is UTF-8. */
function decodeXml(bytes: Buffer): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

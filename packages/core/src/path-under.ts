/**
 * Whether a path is the folder or lies below it, with `.`, `..` and doubled slashes reckoned in. Undefined where that
 * cannot be told: a relative path and an absolute folder (or the other way round), a path that leads out of where it
 * begins, and spellings that something may yet decode (`%2e`, look-alikes of dots and slashes, a backslash, `~`).
 * Symbolic links are not looked at.
 */
export function isUnder(folder: string, path: string): boolean | undefined {
  if (isUnclear(path)) return undefined;
  const outer = normalised(folder);
  const inner = normalised(path);
  if (!outer || !inner || outer.isAbsolute !== inner.isAbsolute) return undefined;
  return outer.parts.every((part, at) => inner.parts[at] === part);
}

function isUnclear(path: string): boolean {
  if (/[\p{Cc}\p{Cf}\p{Cs}\\]|%(2e|2f|5c|00|25)|^~/iu.test(path) || path.trim() !== path)
    return true;
  const plain = path.normalize("NFKC");
  // Letters may have two forms; dots and slashes must not.
  return plain.replace(/[^./\\]/gu, "") !== path.replace(/[^./\\]/gu, "");
}

interface Normalised {
  isAbsolute: boolean;
  parts: string[];
}

function normalised(path: string): Normalised | undefined {
  const isAbsolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.normalize("NFC").split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0) parts.pop();
    // Above the root is the root; above the beginning of a relative path is somewhere else.
    else if (!isAbsolute) return undefined;
  }
  return { isAbsolute, parts };
}

/** Whether a folder can be asked about. */
export function isFolder(folder: string): boolean {
  return !isUnclear(folder) && normalised(folder) !== undefined;
}

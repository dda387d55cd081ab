import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const listening = "0A";

/** The TCP ports that a process listens at; none of one that may not be looked into. */
export function listeningPorts(pid: number): number[] {
  const own = socketsOf(pid);
  const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    readFileSync(file, "utf8").trim().split("\n").slice(1),
  );
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const port = Number.parseInt(local.split(":").at(-1) ?? "", 16);
    return state === listening && own.has(inode) ? [port] : [];
  });
}

/** Of a process; 0: it has none that is known. */
export function parentOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Their inodes. */
function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  try {
    return new Set(
      readdirSync(folder).flatMap((one) => {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${one}`))?.[1];
        return inode === undefined ? [] : [inode];
      }),
    );
  } catch {
    return new Set();
  }
}

import { readdirSync, readFileSync } from "node:fs";

interface ProcessFacts {
  pid: number;
  parent: number;
  command: string;
}

/** Every process below `pid`, as Linux tells of them; zombies are left out. */
export function descendants(pid: number): ProcessFacts[] {
  const children = Map.groupBy(processes(), ({ parent }) => parent);
  const found: ProcessFacts[] = [];
  const open = [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of children.get(next) ?? []) {
      found.push(child);
      open.push(child.pid);
    }
  }
  return found;
}

/** Whether a process is there and no zombie. */
export function isAlive(pid: number): boolean {
  return factsOf(pid) !== undefined;
}

/** Resident memory in bytes; undefined when the process is gone. */
export function residentBytes(pid: number): number | undefined {
  const status = readProcess(pid, "status");
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? "")?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

function processes(): ProcessFacts[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0)
    .flatMap((pid) => factsOf(pid) ?? []);
}

function factsOf(pid: number): ProcessFacts | undefined {
  const stat = readProcess(pid, "stat");
  // The name in parentheses may hold anything; what follows the last one is numbers.
  const [state, parent] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  if (state === undefined || state === "Z" || state === "X") return undefined;
  const command = readProcess(pid, "cmdline")?.replaceAll("\0", " ").trim() ?? "";
  return { pid, parent: Number(parent), command };
}

function readProcess(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return undefined;
  }
}

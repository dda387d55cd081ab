import { readdir, readFile } from "node:fs/promises";

/** The unit of the times in /proc: USER_HZ, 100 on every Linux that runs Node. */
const tickMs = 10;

interface Stat {
  name: string;
  parent: number;
  /** CPU of the process and of its children that have ended, in milliseconds. */
  cpuMs: number;
}

/** CPU a process has used so far, in milliseconds, with that of its children that have ended. */
export async function processCpuMs(pid: number): Promise<number> {
  return (await readStat(pid)).cpuMs;
}

/** The same with its children that run. For Postgres: the postmaster and all its backends. */
export async function treeCpuMs(pid: number): Promise<number> {
  let sum = await processCpuMs(pid);
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readStat(Number(entry)).catch(() => undefined);
    if (stat?.parent === pid) sum += stat.cpuMs;
  }
  return sum;
}

/** The most resident memory the process has had, in bytes. */
export async function peakMemoryBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) * 1_024;
}

/** Resident memory of the process now, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1_024;
}

/**
 * CPU the whole machine has used so far, in milliseconds: all but idle time and waiting for disks,
 * with what a hypervisor took away.
 */
export async function machineCpuMs(): Promise<number> {
  const text = await readFile("/proc/stat", "latin1");
  const [user, nice, system, , , irq, softirq, steal] = text.split("\n")[0]!.split(/ +/).slice(1);
  const ticks = [user, nice, system, irq, softirq, steal].map((value) => Number(value ?? 0));
  return ticks.reduce((sum, value) => sum + value, 0) * tickMs;
}

export async function parentOf(pid: number): Promise<{ pid: number; name: string }> {
  const { parent } = await readStat(pid);
  return { pid: parent, name: (await readStat(parent)).name };
}

/** proc(5): fields are separated by blanks, but for the name in parentheses. */
async function readStat(pid: number): Promise<Stat> {
  const text = await readFile(`/proc/${pid}/stat`, "latin1");
  const close = text.lastIndexOf(")");
  const name = text.slice(text.indexOf("(") + 1, close);
  const fields = text.slice(close + 2).split(" ");
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return { name, parent: Number(fields[1]), cpuMs: (utime + stime + cutime + cstime) * tickMs };
}

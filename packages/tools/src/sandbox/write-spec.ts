import type { SandboxLimits } from "./sandbox.ts";

/** What the launcher is told; see `launcher/spec.c`, which reads it. */
export interface LauncherSpec {
  command: string;
  /** With the program's name first. */
  arguments: readonly string[];
  directory: string;
  environment: Readonly<Record<string, string>>;
  readable: readonly string[];
  writable: readonly string[];
  devices: readonly string[];
  /** Empty: without. */
  bubblewrap: readonly string[];
  limits: SandboxLimits;
}

const lengthDigits = 10;

/** How many bytes follow, then pairs of key and value, each ended by a NUL. Throws a RangeError for a text that has one in it. */
export function writeSpec(spec: LauncherSpec): Buffer {
  const environment = Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`);
  const pairs: [string, string][] = [
    ["command", spec.command],
    ["directory", spec.directory],
    ...each("argument", spec.arguments),
    ...each("environment", environment),
    ...each("readable", spec.readable),
    ...each("writable", spec.writable),
    ...each("device", spec.devices),
    ...each("bubblewrap", spec.bubblewrap),
    ...Object.entries(spec.limits).map(([name, value]): [string, string] => [
      name,
      limitText(value),
    ]),
  ];
  for (const [key, value] of pairs) {
    if (value.includes("\0")) throw new RangeError(`the ${key} has a NUL character in it`);
  }
  const body = Buffer.from(pairs.flatMap(([key, value]) => [key, "\0", value, "\0"]).join(""));
  return Buffer.concat([Buffer.from(String(body.length).padStart(lengthDigits, "0")), body]);
}

function each(key: string, values: readonly string[]): [string, string][] {
  return values.map((value) => [key, value]);
}

/** Whole, and no less than 1: the launcher takes 0 for a limit that is missing. */
function limitText(value: number): string {
  return String(Math.max(1, Math.floor(value)));
}

/** What the launcher tells at the end, by its keys. */
export function readPairs(told: string): ReadonlyMap<string, string> {
  const parts = told.split("\0");
  const pairs = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) pairs.set(parts[i] ?? "", parts[i + 1] ?? "");
  return pairs;
}

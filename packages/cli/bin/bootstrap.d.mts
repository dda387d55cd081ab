export interface Host {
  version: string;
  platform: string;
  arch: string;
}

export type StartPlan =
  | { kind: "here" }
  | { kind: "bundled"; node: string }
  | { kind: "refused"; message: string };

export function planStart(host: Host, find: (path: string) => string | undefined): StartPlan;
export function findInPackages(path: string): string | undefined;
export function runIn(node: string, args: string[]): void;

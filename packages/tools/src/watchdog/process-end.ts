/** How a process ended that nobody ended on purpose, for people; see `startWatchdog`. */
export function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  // V8 aborts when its heap is full; under a shell that is an exit code.
  if (signal === "SIGABRT" || code === 134) return "it ran out of memory";
  if (signal === "SIGXCPU") return "its event loop stood still";
  if (signal !== null) return `it was killed with ${signal}`;
  return `it exited with code ${code}`;
}

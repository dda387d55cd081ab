/**
 * Resolves at the first SIGINT or SIGTERM, or when the process that started this one with an IPC
 * channel is gone. A second SIGINT ends the process at once.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => {
      // With a supervisor above, Ctrl-C reaches it too, and it decides.
      if (!process.send) process.once("SIGINT", () => process.exit(130));
      resolve();
    });
    process.once("disconnect", () => resolve());
  });
}

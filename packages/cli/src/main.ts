import { runCommandLine } from "./command-line.ts";

// A reader that left (`flotilla runs list | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const code = await runCommandLine(process.argv.slice(2));

// Ends even if a connection is still open, but not before the last answer is written.
process.stdout.write("", () => process.exit(code));

/**
 * What `parse` makes of the command line. Where it throws, its message and the usage are told, and the process ends
 * with 2.
 */
export function readOptions<T>(parse: (args: string[]) => T, usage: string): T {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

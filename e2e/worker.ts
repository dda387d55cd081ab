import { startFlotilla, type Command, type Environment } from "./command.ts";

export interface WorkerOptions {
  databaseUrl: string;
  /** Where its workspaces and recordings are; that of the platform. */
  home: string;
  env?: Environment;
}

/** Runs `flotilla worker`. It says nothing on stdout; its log tells when it takes runs. */
export function startWorker(options: WorkerOptions): Command {
  return startFlotilla(["worker"], {
    cwd: options.home,
    env: { DATABASE_URL: options.databaseUrl, FLOTILLA_HOME: options.home, ...options.env },
  });
}

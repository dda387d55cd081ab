import { randomUUID } from "node:crypto";
import { mkdir, open, opendir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Blobs } from "./blobs.ts";

const runsAtOnce = 500;
const runName = /^run_[0-9a-z]+$/;

/** Content in a local folder, `<run>/<artifact>`; shared by the processes of a host. */
export function folderBlobs(folder: string): Blobs {
  return {
    location: "folder",
    async write(runId, id, content) {
      const own = join(folder, runId);
      await mkdir(own, { recursive: true });
      const partial = join(own, `.${id}.${randomUUID()}`);
      try {
        const file = await open(partial, "wx");
        try {
          await file.writeFile(content);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(partial, join(own, id));
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },
    async read(runId, id) {
      try {
        return await readFile(join(folder, runId, id));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    deleteRun: (runId) => rm(join(folder, runId), { recursive: true, force: true }),
    async *runs() {
      await mkdir(folder, { recursive: true });
      let found: string[] = [];
      for await (const { name } of await opendir(folder)) {
        if (!runName.test(name)) continue;
        found.push(name);
        if (found.length < runsAtOnce) continue;
        yield found;
        found = [];
      }
      if (found.length > 0) yield found;
    },
  };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianProgram } from "./debian-program.ts";
import { freePort, untilListening } from "./free-port.ts";

export const radicale = debianProgram("radicale", "radicale");

export interface Radicale {
  port: number;
  url: string;
  /** Makes a calendar of somebody's. */
  makeCalendar(user: string, name: string, title: string): Promise<void>;
  /** What a calendar holds, by the names of its files. */
  files(user: string, name: string): Promise<string>;
  put(user: string, path: string, content: string): Promise<void>;
  stop(): Promise<void>;
}

/** Radicale of Debian, a CalDAV server, with a configuration and users of its own. */
export async function startRadicale(users: Record<string, string>): Promise<Radicale> {
  const home = await mkdtemp(join(tmpdir(), "flotilla-radicale-"));
  const port = await freePort();
  const passwords = Object.entries(users).map(([user, password]) => `${user}:${password}`);
  await writeFile(join(home, "users"), `${passwords.join("\n")}\n`);
  const file = join(home, "config");
  await writeFile(
    file,
    `
[server]
hosts = 127.0.0.1:${port}
[auth]
type = htpasswd
htpasswd_filename = ${home}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = ${home}/collections
[logging]
level = warning
`,
  );
  const child = spawn(radicale.path, ["--config", file], { stdio: ["ignore", "ignore", "pipe"] });
  const said: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const ended = once(child, "exit");
  const broken = ended.then(() => {
    throw new Error(`radicale ended: ${Buffer.concat(said).toString()}`);
  });
  await Promise.race([untilListening(port), broken]);
  broken.catch(() => undefined);
  const url = `http://127.0.0.1:${port}/`;

  async function ask(user: string, method: string, path: string, body?: string, type = "text/xml") {
    const basic = Buffer.from(`${user}:${users[user]}`).toString("base64");
    const headers = { authorization: `Basic ${basic}`, "content-type": type };
    const answer = await fetch(new URL(path, url), { method, headers, body: body ?? null });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  }

  return {
    port,
    url,
    async makeCalendar(user, name, title) {
      const properties = `<D:displayname>${title}</D:displayname>`;
      const body = `<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>${properties}</D:prop></D:set></C:mkcalendar>`;
      await ask(user, "MKCALENDAR", `/${user}/${name}/`, body);
    },
    files: (user, name) => ask(user, "GET", `/${user}/${name}/`),
    put: async (user, path, content) => {
      await ask(user, "PUT", path, content, "text/calendar");
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

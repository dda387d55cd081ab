import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { Proof } from "../../claim.ts";

/** How much a program may use where it is contained, and how much more it tries to. */
export const limits = {
  cpuSeconds: 2,
  memoryBytes: 128 * 2 ** 20,
  processes: 40,
  fileBytes: 20_000_000,
  diskBytes: 20_000_000,
  entries: 500,
  openFiles: 256,
  wallMs: 3_000,
};
export const outputBytes = 2 * 2 ** 20;
export const secret = "s3cret-of-the-worker";

/** What is outside, for attempts to reach: as `attempts.py` is told of it. */
export interface Outside {
  outside: string;
  file: string;
  spare: string;
  program: string;
  otherRun: string;
  unix: string;
  tcp: number;
  tcp6: number;
  udp: number;
  victim: number;
  [amount: string]: string | number;
}

export interface Stage {
  outside: Outside;
  code: string;
  /** An empty folder that everyone can walk to. */
  workspace(): Promise<string>;
  /** Puts back what an attempt without a sandbox takes away. */
  mend(): Promise<void>;
  /** How often somebody came to one of the sockets since it was last asked. */
  visits(): number;
}

const text = "outside: nobody's business\n";

/** Files, sockets and a process outside of any sandbox; all of them go with the proof. */
export async function openStage(proof: Proof): Promise<Stage> {
  await chmod(proof.folder, 0o711);
  const folder = await mkdtemp(join(proof.folder, "outside-"));
  await chmod(folder, 0o777);
  const otherRun = join(folder, "workspaces", "run_other");
  await mkdir(otherRun, { recursive: true });
  await writeFile(join(otherRun, "report.txt"), text);
  const program = join(folder, "program");
  await copyFile("/bin/true", program);
  await chmod(program, 0o755);
  const file = join(folder, "file.txt");
  const spare = join(folder, "spare.txt");
  let visits = 0;
  const visit = () => (visits += 1);
  const outside: Outside = {
    ...{ outside: folder, file, spare, program, otherRun: join(otherRun, "report.txt") },
    unix: join(folder, "socket"),
    tcp: await listen(proof, { host: "127.0.0.1", port: 0 }, visit),
    tcp6: await listen(proof, { host: "::1", port: 0 }, visit),
    udp: await receive(proof, visit),
    victim: await startVictim(proof),
    ...{ tasks: 120, memory: 300_000_000, disk: 60_000_000, files: 1_500, descriptors: 600 },
    ...{ cpu: 4, wall: 5, output: 6_000_000 },
  };
  await listen(proof, { path: outside.unix }, visit);
  await chmod(outside.unix, 0o777);
  const stage: Stage = {
    outside,
    code: await readFile(new URL("./attempts.py", import.meta.url), "utf8"),
    async workspace() {
      return mkdtemp(join(proof.folder, "workspace-"));
    },
    async mend() {
      for (const path of [file, spare]) await writeFile(path, text, { mode: 0o666 });
    },
    visits() {
      const seen = visits;
      visits = 0;
      return seen;
    },
  };
  await stage.mend();
  return stage;
}

async function listen(
  proof: Proof,
  where: { host: string; port: number } | { path: string },
  visit: () => void,
): Promise<number> {
  const server = createServer((socket) => {
    visit();
    socket.on("error", () => undefined).destroy();
  });
  server.listen(where);
  await once(server, "listening");
  proof.finally(async () => void server.close());
  const address = server.address();
  return typeof address === "string" ? 0 : (address as AddressInfo).port;
}

async function receive(proof: Proof, visit: () => void): Promise<number> {
  const socket = createSocket("udp4", visit);
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  proof.finally(async () => void socket.close());
  return socket.address().port;
}

async function startVictim(proof: Proof): Promise<number> {
  const env = { PATH: process.env["PATH"] ?? "", VICTIM: secret };
  const victim = spawn("sleep", ["3600"], { env, stdio: "ignore" });
  await once(victim, "spawn");
  proof.finally(async () => void victim.kill("SIGKILL"));
  if (victim.pid === undefined) throw new Error("there is no process to attack");
  return victim.pid;
}

/** Whether the stage is as it was set up. */
export async function isUntouched({ outside }: Stage): Promise<boolean> {
  const [file, spare] = await Promise.all(
    [outside.file, outside.spare].map((path) => readFile(path, "utf8").catch(() => "gone")),
  );
  const status = await readFile(`/proc/${outside.victim}/status`, "utf8").catch(() => "");
  return file === text && spare === text && status !== "";
}

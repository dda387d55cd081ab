import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { debianProgram } from "../../test/debian-program.ts";
import { openSandbox } from "./open-sandbox.ts";
import type { SandboxTier } from "@flotilla/core";
import type { Run, RunEnded, Sandbox } from "./sandbox.ts";

const bubblewrap = debianProgram("bwrap", "bubblewrap");
const python = debianProgram("python3", "python3");
const isRoot = process.getuid?.() === 0;
const setpriv = debianProgram("setpriv", "util-linux");
const nobody = 65_534;
/** Whether the sources and Node are where everyone can read them. */
const canRead = (() => {
  const as = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const reading = `test -r ${fileURLToPath(import.meta.url)} && ${process.execPath} --version`;
  return isRoot && spawnSync("setpriv", [...as, "sh", "-c", reading]).status === 0;
})();

const tiers: SandboxTier[] = [
  "landlock",
  ...(bubblewrap.missing !== false ? [] : (["landlock+bubblewrap"] as const)),
];

/** A workspace that others can walk to, or not: as root that decides who the program is. */
async function workspace({ isReachable = true } = {}): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "flotilla-sandbox-test-"));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  await chmod(parent, isReachable ? 0o711 : 0o700);
  const folder = join(parent, "workspace");
  await mkdir(folder);
  return folder;
}

describe.each(tiers)("a sandbox of tier %s", (tier) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox({ tier });
  });

  test("is there on this machine", () => {
    expect(sandbox).toMatchObject({
      tier,
      why: tier === "landlock" ? "the settings ask for no more" : "",
    });
  });

  const run = async (
    command: string,
    args: string[],
    options: Partial<Run> = {},
  ): Promise<RunEnded & { out: string; err: string }> => {
    const folder = options.workspace ?? (await workspace());
    const ended = await sandbox.run({
      ...options,
      command,
      args,
      workspace: folder,
      network: "none",
    });
    return { ...ended, out: ended.stdout.toString(), err: ended.stderr.toString() };
  };
  const shell = (script: string, options: Partial<Run> = {}) => run("sh", ["-c", script], options);
  const script = (code: string, options: Partial<Run> = {}) =>
    run("/usr/bin/python3", ["-c", code], options);

  test("gives a program its input, its arguments and its environment, and tells how it ended", async () => {
    const ended = await run(
      "sh",
      ["-c", 'cat; echo "$1 $GREETING"; echo no >&2; exit 7', "sh", "a b"],
      {
        stdin: "from outside\n",
        environment: { GREETING: "hello" },
      },
    );
    expect(ended).toMatchObject({
      reason: "exited",
      exitCode: 7,
      out: "from outside\na b hello\n",
      err: "no\n",
    });
    expect((await shell("kill -SEGV $$")).exitCode).toBe(139);
  });

  test("has nothing else in the environment, and nothing open", async () => {
    process.env["FLOTILLA_TEST_SECRET"] = "s3cret";
    onTestFinished(() => void delete process.env["FLOTILLA_TEST_SECRET"]);
    const ended = await run("node", ["-e", "console.log(Object.keys(process.env).sort().join())"]);
    expect(ended.out).toBe("HOME,LANG,PATH,TMPDIR,TZ\n");
    const open = 'for i in 3 4 5 6 7 8 9; do (eval "true <&$i") 2>/dev/null && echo $i; done; true';
    expect((await shell(open)).out).toBe("");
  });

  test.each([true, false])(
    "writes to its workspace alone (reachable by all: %s)",
    async (isReachable) => {
      const folder = await workspace({ isReachable });
      const outside = join(folder, "..", "outside");
      await writeFile(join(folder, "before"), "mine");
      await writeFile(outside, "not yours");
      const ended = await shell(
        "cat before && echo more >> before && mkdir -p a/b && mv before a/b/after && touch $TMPDIR/x && " +
          `cat ${outside}; echo x > ${outside}; rm ${outside}; ln ${outside} a/link; ls /root /home; true`,
        { workspace: folder },
      );
      expect(ended).toMatchObject({ exitCode: 0, out: "mine" });
      expect(
        ended.err.match(/denied|No such file|not permitted|link/g)?.length,
      ).toBeGreaterThanOrEqual(5);
      expect(await readFile(join(folder, "a/b/after"), "utf8")).toBe("minemore\n");
      expect(await readFile(outside, "utf8")).toBe("not yours");
    },
  );

  test.skipIf(!isRoot)("is nobody else's as root, and goes on with what it wrote", async () => {
    const folder = await workspace();
    const first = await shell("id -u; echo one > file; chmod 600 file", { workspace: folder });
    const second = await shell("id -u; cat file", { workspace: folder });
    expect(first.exitCode).toBe(0);
    expect(second.out).toBe(`${first.out}one\n`);
    expect(Number(first.out)).toBeGreaterThanOrEqual(0x70000000);
    expect((await shell("id -u")).out).not.toBe(first.out);
  });

  test("runs the platform's own Node and what it starts", async () => {
    const code =
      "console.log(process.version, String(require('child_process').execFileSync('echo', ['hi'])))";
    expect(await run("node", ["-e", code])).toMatchObject({
      exitCode: 0,
      out: `${process.version} hi\n\n`,
    });
  });

  test.skipIf(python.missing !== false)(
    "has no network and no sockets but connected pairs",
    async () => {
      const ended = await script(`
import socket
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        try: socket.socket(family, kind); print("made", family, kind)
        except OSError: pass
a, b = socket.socketpair(); a.send(b"ok"); print(b.recv(2).decode())
try: socket.socketpair(type=socket.SOCK_DGRAM); print("made a pair of datagrams")
except OSError: pass
`);
      expect(ended).toMatchObject({ exitCode: 0, out: "ok\n", err: "" });
    },
  );

  const spent: [string, string, Partial<Run>][] = [
    ["cpu", "while True: pass", { limits: { cpuSeconds: 1 } }],
    ["wall", "import time; time.sleep(60)", { limits: { wallMs: 300 } }],
    ["memory", "a = []\nwhile True: a.append(bytearray(10**7))", { limits: { memoryBytes: 2e8 } }],
    [
      "memory",
      "import mmap, os\na = mmap.mmap(-1, 4 * 10**8)\nfor i in range(0, len(a), 4096): a[i] = 1",
      { limits: { memoryBytes: 2e8 } },
    ],
    [
      "processes",
      "import os\nwhile True: os.fork()",
      { limits: { processes: 20, memoryBytes: 2e9 } },
    ],
    [
      "disk",
      "for i in range(10**6): open(f'f{i}', 'wb').write(b'x' * 10**5)",
      { limits: { diskBytes: 2e6 } },
    ],
    ["disk", "for i in range(10**6): open(f'f{i}', 'wb')", { limits: { entries: 100 } }],
    [
      "file",
      "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nopen('f', 'wb').write(b'x' * 10**7)",
      { limits: { fileBytes: 1e6 } },
    ],
    ["output", "while True: print('x' * 1000)", { outputBytes: 50_000 }],
  ];
  test.skipIf(python.missing !== false).each(spent)(
    "ends a program for its %s: %s",
    async (reason, code, options) => {
      const ended = await script(code, options);
      expect(ended, ended.err).toMatchObject({ reason });
      expect(ended.stdout.length + ended.stderr.length).toBeLessThanOrEqual(50_000);
    },
  );

  test("leaves nothing running, whatever a program did to get away", async () => {
    const folder = await workspace();
    const mark = `${77_000_000 + Math.floor(Math.random() * 999_999)}`;
    const ended = await shell(
      `setsid sh -c 'sleep ${mark} & sleep ${mark}' & (sleep ${mark} &) ; echo done`,
      { workspace: folder },
    );
    expect(ended).toMatchObject({ reason: "exited", out: "done\n" });
    expect(await processesWith(mark)).toEqual([]);
  });

  test("can be stopped, by a signal or by hand", async () => {
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(50)]) {
      expect((await shell("sleep 60", { signal })).reason).toBe("stopped");
    }
    const started = await sandbox.spawn({
      command: "cat",
      args: [],
      workspace: await workspace(),
      network: "none",
    });
    started.stdin.write("a line\n");
    const [line] = await started.stdout.take(1).toArray();
    expect(String(line)).toBe("a line\n");
    started.stderr.resume();
    started.stop();
    expect((await started.ended).reason).toBe("stopped");
  });

  test("ends with its caller's death", async () => {
    const mark = `${78_000_000 + Math.floor(Math.random() * 999_999)}`;
    const caller = await sandboxInAnotherProcess(tier, await workspace(), mark);
    await expect.poll(() => processesWith(`sleep\0${mark}`), { timeout: 10_000 }).toHaveLength(1);
    caller.kill("SIGKILL");
    await expect.poll(() => processesWith(`sleep\0${mark}`), { timeout: 10_000 }).toEqual([]);
  });

  test("has nothing open of what its process was given", async () => {
    const folder = await workspace();
    const secret = join(folder, "..", "secret");
    await writeFile(secret, "s3cret");
    const list = "ls -l /proc/self/fd | grep -c secret; true";
    const code = `
      import { execFileSync } from "node:child_process";
      import { openSandbox } from ${JSON.stringify(new URL("open-sandbox.ts", import.meta.url).href)};
      const args = ["-c", ${JSON.stringify(list)}];
      const sandbox = await openSandbox({ tier: ${JSON.stringify(tier)} });
      const run = { command: "sh", args, workspace: ${JSON.stringify(folder)}, network: "none" };
      const first = await sandbox.run(run);
      const next = await sandbox.run(run);
      const plain = execFileSync("sh", args, { stdio: ["ignore", "pipe", "ignore", 7] });
      console.log([plain, first.stdout, next.stdout].map((out) => Number(String(out))).join());
    `;
    const opening = `exec 7<${secret}; exec "$0" --input-type=module --eval "$1"`;
    const { stdout } = await promisify(execFile)("sh", ["-c", opening, process.execPath, code]);
    expect(stdout).toBe("1,0,0\n");
  });

  test.skipIf(!isRoot || setpriv.missing || !canRead)(
    "holds where its process is nobody in particular",
    async () => {
      const parent = await mkdtemp(join(tmpdir(), "flotilla-sandbox-nobody-"));
      onTestFinished(() => rm(parent, { recursive: true, force: true }));
      const folder = join(parent, "workspace");
      const outside = join(parent, "outside");
      await mkdir(folder);
      await writeFile(outside, "not yours");
      for (const path of [parent, folder, outside]) await chown(path, nobody, nobody);
      const code = `
        import { openSandbox } from ${JSON.stringify(new URL("open-sandbox.ts", import.meta.url).href)};
        const sandbox = await openSandbox({ tier: ${JSON.stringify(tier)}, folder: ${JSON.stringify(parent)} });
        const script = "id -u; echo mine > file; cat ${outside}; echo x > ${outside}; kill -0 ${process.pid}; kill -0 $1 && echo killed; true";
        const run = { command: "sh", args: ["-c", script, "sh", String(process.pid)], workspace: ${JSON.stringify(folder)}, network: "none" };
        const { stdout, exitCode } = await sandbox.run(run);
        console.log(JSON.stringify({ tier: sandbox.tier, why: sandbox.why, exitCode, out: String(stdout) }));
      `;
      const as = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
      const args = [...as, process.execPath, "--input-type=module", "--eval", code];
      const { stdout } = await promisify(execFile)("setpriv", args, {
        cwd: parent,
        env: { PATH: process.env["PATH"] ?? "", TMPDIR: parent, HOME: parent },
      });
      const found = JSON.parse(stdout) as { tier: SandboxTier; why: string };
      // Where nobody may make namespaces, the next tier has to hold.
      if (found.tier !== tier) expect(found.why).not.toBe("");
      expect(found).toMatchObject({ exitCode: 0, out: `${nobody}\n` });
      expect(await readFile(outside, "utf8")).toBe("not yours");
      expect(await readFile(join(folder, "file"), "utf8")).toBe("mine\n");
    },
  );

  test("starts as well when the launcher that waits has died", async () => {
    await shell("true");
    await expect.poll(childLaunchers, { timeout: 10_000 }).not.toEqual([]);
    const killed = await childLaunchers();
    for (const pid of killed) process.kill(pid, "SIGKILL");
    const left = async () => (await childLaunchers()).filter((pid) => killed.includes(pid));
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
    expect(await shell("echo still")).toMatchObject({ reason: "exited", out: "still\n" });
  });

  test("leaves no launcher waiting when its process ends, and holds none up", async () => {
    const code = `
      import { readFileSync } from "node:fs";
      import { openSandbox } from ${JSON.stringify(new URL("open-sandbox.ts", import.meta.url).href)};
      await openSandbox({ tier: ${JSON.stringify(tier)} });
      const children = () => readFileSync(\`/proc/self/task/\${process.pid}/children\`, "utf8").trim();
      const timer = setInterval(() => {
        if (children() === "") return;
        clearInterval(timer);
        console.log(children());
      }, 5);
    `;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", code],
      { timeout: 30_000 },
    );
    const pids = stdout.trim().split(" ");
    expect(pids).toHaveLength(1);
    await expect.poll(() => existsSync(`/proc/${pids[0]}`), { timeout: 10_000 }).toBe(false);
  });

  test("refuses a program that is not there, and says what cannot be started", async () => {
    await expect(run("no-such-program", [])).rejects.toMatchObject({ code: "tool_failed" });
    const plain = join(await workspace(), "plain");
    await writeFile(plain, "no program", { mode: 0o644 });
    await expect(run(plain, [])).rejects.toMatchObject({
      code: "tool_failed",
      message: expect.stringContaining("Permission denied") as string,
    });
    await expect(run("true", ["a\0b"])).rejects.toThrow("NUL");
  });

  test("removes the folder for temporary files", async () => {
    const { out } = await shell("touch $TMPDIR/a; echo $TMPDIR");
    await wait(0);
    await expect(readdir(out.trim())).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("without a sandbox", () => {
  test("nothing is started, and the reason is said", async () => {
    const sandbox = await openSandbox({ tier: "none" });
    expect(sandbox).toMatchObject({ tier: "none", why: "the settings turn it off" });
    await expect(
      sandbox.run({ command: "true", args: [], workspace: "/tmp", network: "none" }),
    ).rejects.toMatchObject({ code: "tool_forbidden" });
  });
});

/** The command lines of processes that have this in them. */
async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  );
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => line.includes(text));
}

/** Launchers of this process that wait, or supervise. */
async function childLaunchers(): Promise<number[]> {
  const text = await readFile(`/proc/self/task/${process.pid}/children`, "utf8");
  const pids = text.trim().split(" ").filter(Boolean).map(Number);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return pids.filter((_, index) => lines[index]?.endsWith("\0supervise\0"));
}

async function sandboxInAnotherProcess(tier: SandboxTier, folder: string, mark: string) {
  const { spawn } = await import("node:child_process");
  const code = `
    import { openSandbox } from ${JSON.stringify(new URL("open-sandbox.ts", import.meta.url).href)};
    const sandbox = await openSandbox({ tier: ${JSON.stringify(tier)} });
    await sandbox.run({ command: "sh", args: ["-c", "setsid sleep ${mark} & wait"], workspace: ${JSON.stringify(folder)}, network: "none" });
  `;
  const caller = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: "ignore",
  });
  onTestFinished(() => void caller.kill("SIGKILL"));
  return caller;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Certificate } from "./certificate.ts";
import { debianProgram } from "./debian-program.ts";
import { freePort, untilListening } from "./free-port.ts";

export const dovecot = debianProgram("dovecot", "dovecot-imapd");

export interface Dovecot {
  /** Without TLS. */
  port: number;
  /** With TLS from the first byte. */
  tlsPort: number;
  /** Puts a mail into somebody's folder, as it is. */
  deliver(user: string, raw: string | Buffer, folder?: string): Promise<void>;
  stop(): Promise<void>;
}

/** As root, mail belongs to nobody: Dovecot gives root's to no one. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Dovecot of Debian with a configuration of its own, on ports of its own, without rights. */
export async function startDovecot(
  users: Record<string, string>,
  certificate: Certificate,
): Promise<Dovecot> {
  const home = await mkdtemp(join(tmpdir(), "flotilla-dovecot-"));
  await chmod(home, 0o755);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const mail = join(home, "mail");
  await mkdir(mail);
  if (isRoot) await chown(mail, nobody, nobody);
  const lines = Object.entries(users).map(([user, password]) => `${user}:{PLAIN}${password}::::::`);
  await writeFile(join(home, "users"), lines.join("\n"), { mode: 0o644 });
  await writeFile(join(home, "cert.pem"), certificate.cert);
  await writeFile(join(home, "key.pem"), certificate.key, { mode: 0o600 });
  const file = join(home, "dovecot.conf");
  await writeFile(file, configuration(home, port, tlsPort));
  const child = spawn(dovecot.path, ["-F", "-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const said: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const ended = once(child, "exit");
  const broken = ended.then(() => {
    throw new Error(`dovecot ended: ${Buffer.concat(said).toString()}`);
  });
  await Promise.race([Promise.all([untilListening(port), untilListening(tlsPort)]), broken]);
  broken.catch(() => undefined);
  let deliveredAt = 0;
  return {
    port,
    tlsPort,
    async deliver(user, raw, folder) {
      const root = join(mail, user, folder === undefined ? "" : `.${folder}`);
      for (const part of ["", "cur", "new", "tmp"]) {
        await mkdir(join(root, part), { recursive: true });
        if (isRoot) await chown(join(root, part), nobody, nobody);
      }
      if (isRoot) await chown(join(mail, user), nobody, nobody);
      // Dovecot numbers new mails by the time in their names: those of one millisecond in any order.
      deliveredAt = Math.max(deliveredAt + 1, Date.now());
      const name = `${deliveredAt}.${process.pid}.test`;
      await writeFile(join(root, "tmp", name), raw);
      if (isRoot) await chown(join(root, "tmp", name), nobody, nobody);
      await rename(join(root, "tmp", name), join(root, "new", name));
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

function configuration(home: string, port: number, tlsPort: number): string {
  const { username } = userInfo();
  const { gid } = userInfo();
  const own = isRoot
    ? ""
    : `
default_internal_user = ${username}
default_internal_group = ${gid}
default_login_user = ${username}
service anvil {
  chroot =
}
service imap-login {
  chroot =
}`;
  const mailUser = isRoot ? nobody : userInfo().uid;
  const mailGroup = isRoot ? nobody : gid;
  return `
base_dir = ${home}/run
state_dir = ${home}/state
log_path = ${home}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = ${mailUser}
last_valid_uid = ${mailUser}
first_valid_gid = ${mailGroup}
mail_location = maildir:${home}/mail/%u
ssl = yes
ssl_cert = <${home}/cert.pem
ssl_key = <${home}/key.pem
${own}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
service stats {
  chroot =
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
  mailbox Drafts {
    auto = create
    special_use = \\Drafts
  }
  mailbox Trash {
    auto = create
    special_use = \\Trash
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN ${home}/users
}
userdb {
  driver = static
  args = uid=${mailUser} gid=${mailGroup} home=${home}/mail/%u
}
`;
}

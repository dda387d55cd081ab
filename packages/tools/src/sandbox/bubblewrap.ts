import { devices, parentsOf } from "./system-paths.ts";

/** Where the launcher is inside. */
const launcherInside = "/run/launcher";

/** What is shown of the machine: paths that stay the same inside. */
export interface Shown {
  readable: readonly string[];
  writable: readonly string[];
}

/**
 * The command that starts the launcher in namespaces of its own: no processes of others, no network, a root
 * folder that holds what is named and nothing else. As root there is no need of a user namespace, and the
 * launcher gives up the rights that it needs to become somebody else.
 */
export function bubblewrapCommand(
  program: string,
  launcher: string,
  { readable, writable }: Shown,
  isRoot: boolean,
): string[] {
  const isOwn = (path: string) => /^\/(proc|dev)(\/|$)/.test(path);
  const shown = readable.filter((path) => !isOwn(path));
  const folders = [...new Set([...shown, ...writable].flatMap(parentsOf))].filter(
    (folder) => !isOwn(folder) && !shown.some((path) => isBeneath(folder, path)),
  );
  const rights = isRoot
    ? ["SETUID", "SETGID", "SETPCAP", "CHOWN"].flatMap((name) => ["--cap-add", `CAP_${name}`])
    : ["--unshare-user"];
  return [
    program,
    "--die-with-parent",
    "--new-session",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    ...(isRoot ? ["--cap-drop", "ALL"] : []),
    ...rights,
    // Made beforehand: bubblewrap itself would make them for root alone.
    ...folders.flatMap((folder) => ["--dir", folder]),
    ...shown.flatMap((path) => ["--ro-bind-try", path, path]),
    "--proc",
    "/proc",
    "--tmpfs",
    "/dev",
    ...devices.flatMap((device) => ["--dev-bind-try", device, device]),
    "--symlink",
    "/proc/self/fd",
    "/dev/fd",
    ...writable.flatMap((path) => ["--bind", path, path]),
    "--ro-bind",
    launcher,
    launcherInside,
    "--chdir",
    "/",
    "--",
    launcherInside,
    "inside",
  ];
}

function isBeneath(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

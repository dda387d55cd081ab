/** What a program tries; the functions of the same names are in `attempts.py`. */
export interface Attempt {
  name: string;
  /** Works without a sandbox for root alone, as with capabilities. */
  takesRoot?: true;
  /** Newer kernels refuse it to everyone. */
  isOld?: true;
  /** Is over when something that it left behind has shown itself. */
  leavesMark?: true;
}

const reaching = [
  "read_outside",
  "read_by_link",
  "read_by_descriptor",
  "list_outside",
  "read_other_run",
  "write_outside",
  "create_outside",
  "truncate_outside",
  "rename_outside",
  "link_outside",
  "delete_outside",
  "chmod_outside",
  "touch_outside",
  "execute_outside",
  "watch_outside",
  "environment",
  "inherited_descriptor",
  "setuid_program",
  "tcp",
  "tcp6",
  "udp",
  "listen",
  "unix",
  "abstract",
  "unix_in_workspace",
  "datagram_pair",
  "pass_descriptors",
  "netlink",
  "io_uring",
  "signal_outside",
  "environment_of_other",
  "memory_of_other",
  "list_processes",
  "limits_of_other",
  "priority_of_other",
  "affinity_of_other",
  "trace",
  "read_memory",
  "keys",
  "memory_file",
  "shared_memory",
  "message_queue",
  "personality",
  "clone_with_flags_in_memory",
  "user_namespace",
];
const asRoot = [
  "attribute_outside",
  "network_namespace",
  "mount",
  "chroot",
  "load_bpf",
  "counters",
];
const spending = [
  "fork_bomb",
  "fork_in_sessions",
  "memory",
  "memory_in_children",
  "memory_shared",
  "disk",
  "many_files",
  "huge_file",
  "descriptors",
  "cpu",
  "wall",
  "output",
];

export const attempts: readonly Attempt[] = [
  ...reaching.map((name) => ({ name })),
  { name: "terminal_input", isOld: true },
  ...asRoot.map((name) => ({ name, takesRoot: true as const })),
  ...spending.map((name) => ({ name })),
  { name: "daemon", leavesMark: true },
];

/** Whether what a program printed says that it got what it tried for. */
export function hasEscaped(printed: string): boolean {
  return printed.trimEnd().endsWith("escaped");
}

#include "launcher.h"

#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * What programs need is allowed, which is most of the kernel's calls; refused is what leads out of the jail,
 * what reaches other processes, what uses memory that nobody measures, and what only administrators need.
 * Calls that are newer than this list do not exist (ENOSYS): programs have to do without them anyway.
 *
 * A call is refused with the error that makes programs fall back; where no honest program makes it,
 * the process ends.
 */
enum { NEWEST_CALL = 450, X32 = 0x40000000, MOST = 1024 };
#define REFUSE(error) (SECCOMP_RET_ERRNO | (error))
#define KILL SECCOMP_RET_KILL_PROCESS

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif
#ifndef SYS_quotactl_fd
#define SYS_quotactl_fd 443
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef TIOCLINUX
#define TIOCLINUX 0x541c
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

struct rule {
  int nr;
  uint32_t action;
};

/* Always, whoever the program runs as. */
static const struct rule refused[] = {
  /* The network, and sockets of any kind that have an address. Pairs are below. */
  {SYS_socket, REFUSE(EACCES)},
  {SYS_bind, REFUSE(EACCES)},
  {SYS_connect, REFUSE(EACCES)},
  {SYS_listen, REFUSE(EACCES)},
  {SYS_accept, REFUSE(EACCES)},
  {SYS_accept4, REFUSE(EACCES)},
  /* They carry open files, which nobody sees while they are on their way. */
  {SYS_sendmsg, REFUSE(EACCES)},
  {SYS_sendmmsg, REFUSE(EACCES)},
  {SYS_io_uring_setup, REFUSE(ENOSYS)},
  {SYS_io_uring_enter, REFUSE(ENOSYS)},
  {SYS_io_uring_register, REFUSE(ENOSYS)},
  /* Other processes. */
  {SYS_ptrace, REFUSE(EPERM)},
  {SYS_process_vm_readv, REFUSE(EPERM)},
  {SYS_process_vm_writev, REFUSE(EPERM)},
  {SYS_process_madvise, REFUSE(EPERM)},
  {SYS_process_mrelease, REFUSE(EPERM)},
  {SYS_pidfd_getfd, REFUSE(EPERM)},
  {SYS_kcmp, REFUSE(EPERM)},
  {SYS_move_pages, REFUSE(EPERM)},
  {SYS_migrate_pages, REFUSE(EPERM)},
  {SYS_perf_event_open, REFUSE(EPERM)},
  /* Namespaces, mounts and other roots. */
  {SYS_unshare, REFUSE(EPERM)},
  {SYS_setns, REFUSE(EPERM)},
  {SYS_clone3, REFUSE(ENOSYS)}, /* its flags are in memory; every C library falls back to clone */
  {SYS_mount, REFUSE(EPERM)},
  {SYS_umount2, REFUSE(EPERM)},
  {SYS_pivot_root, REFUSE(EPERM)},
  {SYS_chroot, REFUSE(EPERM)},
  {SYS_open_tree, REFUSE(EPERM)},
  {SYS_move_mount, REFUSE(EPERM)},
  {SYS_fsopen, REFUSE(EPERM)},
  {SYS_fsconfig, REFUSE(EPERM)},
  {SYS_fsmount, REFUSE(EPERM)},
  {SYS_fspick, REFUSE(EPERM)},
  {SYS_mount_setattr, REFUSE(EPERM)},
  {SYS_name_to_handle_at, REFUSE(EPERM)},
  {SYS_open_by_handle_at, KILL},
  /* Memory that belongs to no process, or that goes on after it. */
  {SYS_memfd_create, REFUSE(ENOSYS)},
  {SYS_memfd_secret, REFUSE(ENOSYS)},
  {SYS_shmget, REFUSE(EPERM)},
  {SYS_shmat, REFUSE(EPERM)},
  {SYS_shmctl, REFUSE(EPERM)},
  {SYS_msgget, REFUSE(EPERM)},
  {SYS_msgsnd, REFUSE(EPERM)},
  {SYS_msgrcv, REFUSE(EPERM)},
  {SYS_msgctl, REFUSE(EPERM)},
  {SYS_semget, REFUSE(EPERM)},
  {SYS_semop, REFUSE(EPERM)},
  {SYS_semtimedop, REFUSE(EPERM)},
  {SYS_semctl, REFUSE(EPERM)},
  {SYS_mq_open, REFUSE(EPERM)},
  {SYS_mq_unlink, REFUSE(EPERM)},
  {SYS_add_key, REFUSE(EPERM)},
  {SYS_request_key, REFUSE(EPERM)},
  {SYS_keyctl, REFUSE(EPERM)},
  /* What others do, as names of files that appear. */
  {SYS_inotify_init1, REFUSE(ENOSYS)},
  {SYS_fanotify_init, REFUSE(EPERM)},
  {SYS_fanotify_mark, REFUSE(EPERM)},
  /* Owners and attributes of files. */
  {SYS_fchown, REFUSE(EPERM)},
  {SYS_fchownat, REFUSE(EPERM)},
  {SYS_setxattr, REFUSE(EOPNOTSUPP)},
  {SYS_lsetxattr, REFUSE(EOPNOTSUPP)},
  {SYS_fsetxattr, REFUSE(EOPNOTSUPP)},
  {SYS_removexattr, REFUSE(EOPNOTSUPP)},
  {SYS_lremovexattr, REFUSE(EOPNOTSUPP)},
  {SYS_fremovexattr, REFUSE(EOPNOTSUPP)},
  /* The kernel itself. */
  {SYS_bpf, REFUSE(EPERM)},
  {SYS_userfaultfd, REFUSE(EPERM)},
  {SYS_syslog, REFUSE(EPERM)},
  {SYS_acct, REFUSE(EPERM)},
  {SYS_quotactl, REFUSE(EPERM)},
  {SYS_quotactl_fd, REFUSE(EPERM)},
  {SYS_settimeofday, REFUSE(EPERM)},
  {SYS_clock_settime, REFUSE(EPERM)},
  {SYS_clock_adjtime, REFUSE(EPERM)},
  {SYS_adjtimex, REFUSE(EPERM)},
  {SYS_sethostname, REFUSE(EPERM)},
  {SYS_setdomainname, REFUSE(EPERM)},
  {SYS_vhangup, REFUSE(EPERM)},
  {SYS_lookup_dcookie, REFUSE(EPERM)},
  {SYS_nfsservctl, REFUSE(ENOSYS)},
  {SYS_swapon, KILL},
  {SYS_swapoff, KILL},
  {SYS_reboot, KILL},
  {SYS_kexec_load, KILL},
  {SYS_init_module, KILL},
  {SYS_finit_module, KILL},
  {SYS_delete_module, KILL},
#ifdef SYS_kexec_file_load
  {SYS_kexec_file_load, KILL},
#endif
#ifdef __x86_64__
  {SYS_inotify_init, REFUSE(ENOSYS)},
  {SYS_chown, REFUSE(EPERM)},
  {SYS_lchown, REFUSE(EPERM)},
  {SYS_modify_ldt, REFUSE(EPERM)},
  {SYS_ustat, REFUSE(ENOSYS)},
  {SYS_sysfs, REFUSE(ENOSYS)},
  {SYS_uselib, REFUSE(ENOSYS)},
  {SYS__sysctl, REFUSE(ENOSYS)},
  {SYS_create_module, KILL},
  {SYS_iopl, KILL},
  {SYS_ioperm, KILL},
#endif
};

/*
 * Where other processes of this machine have the same identity and nothing but Landlock is between:
 * modes and times of files are not among what it guards, so only those of open files may be changed.
 */
static const struct rule refused_when_shared[] = {
  {SYS_fchmod, REFUSE(EPERM)},
  {SYS_fchmodat, REFUSE(EPERM)},
  {SYS_sched_setscheduler, REFUSE(EPERM)},
  {SYS_sched_setparam, REFUSE(EPERM)},
  {SYS_sched_setattr, REFUSE(EPERM)},
#ifdef __x86_64__
  {SYS_chmod, REFUSE(EPERM)},
  {SYS_utime, REFUSE(EPERM)},
  {SYS_utimes, REFUSE(EPERM)},
  {SYS_futimesat, REFUSE(EPERM)},
#endif
};

/* Before version 6 Landlock does not keep signals in. */
static const struct rule refused_without_scopes[] = {
  {SYS_tkill, REFUSE(EPERM)},
  {SYS_tgkill, REFUSE(EPERM)},
  {SYS_rt_sigqueueinfo, REFUSE(EPERM)},
  {SYS_rt_tgsigqueueinfo, REFUSE(EPERM)},
  {SYS_pidfd_send_signal, REFUSE(EPERM)},
};

static struct instruction code[MOST];
static unsigned short length;

static void put(uint16_t what, uint32_t k, uint8_t yes, uint8_t no) {
  if (length == MOST) abort();
  code[length++] = (struct instruction){.code = what, .yes = yes, .no = no, .k = k};
}

/* Loads the lower half of an argument, which is all of one that is an int. */
static void load_argument(int index) {
  put(BPF_LOAD, (uint32_t)(offsetof(struct call, arguments) + 8 * (size_t)index), 0, 0);
}

static void put_return(uint32_t action) { put(BPF_RETURN, action, 0, 0); }

static void put_rules(const struct rule *rules, size_t count) {
  for (size_t i = 0; i < count; i++) {
    put(BPF_IF_EQUAL, (uint32_t)rules[i].nr, 0, 1);
    put_return(rules[i].action);
  }
}

/* What follows until `end_call` is of this call alone, and must return. Answers the place to mend. */
static unsigned short begin_call(int nr) {
  put(BPF_IF_EQUAL, (uint32_t)nr, 0, 0);
  return length;
}

static void end_call(unsigned short begun) { code[begun - 1].no = (uint8_t)(length - begun); }

/* The call is made only with this value of an argument. */
static void only_with(int nr, int argument, uint32_t value, uint32_t otherwise) {
  unsigned short begun = begin_call(nr);
  load_argument(argument);
  put(BPF_IF_EQUAL, value, 0, 1);
  put_return(SECCOMP_RET_ALLOW);
  put_return(otherwise);
  end_call(begun);
}

static void never_with(int nr, int argument, const uint32_t *values, size_t count, uint32_t action) {
  unsigned short begun = begin_call(nr);
  load_argument(argument);
  for (size_t i = 0; i < count; i++) {
    put(BPF_IF_EQUAL, values[i], 0, 1);
    put_return(action);
  }
  put_return(SECCOMP_RET_ALLOW);
  end_call(begun);
}

static void never_with_bits(int nr, int argument, uint32_t bits, uint32_t action) {
  unsigned short begun = begin_call(nr);
  load_argument(argument);
  put(BPF_IF_SET, bits, 0, 1);
  put_return(action);
  put_return(SECCOMP_RET_ALLOW);
  end_call(begun);
}

/*
 * Pairs are how runtimes talk to their children. One of datagrams could be sent from to any socket that has a
 * name; those of streams are connected for good.
 */
static void put_pairs(void) {
  unsigned short begun = begin_call(SYS_socketpair);
  load_argument(0);
  put(BPF_IF_EQUAL, AF_UNIX, 1, 0);
  put_return(REFUSE(EACCES));
  load_argument(1);
  put(BPF_AND, 0xf, 0, 0);
  put(BPF_IF_EQUAL, SOCK_STREAM, 1, 0);
  put(BPF_IF_EQUAL, SOCK_SEQPACKET, 0, 1);
  put_return(SECCOMP_RET_ALLOW);
  put_return(REFUSE(EACCES));
  end_call(begun);
}

/* Before version 3 Landlock does not guard against making files shorter. */
static void put_truncation(void) {
  const struct { int nr, flags; } opens[] = {
    {SYS_openat, 2},
#ifdef __x86_64__
    {SYS_open, 1},
#endif
  };
  for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
    unsigned short begun = begin_call(opens[i].nr);
    load_argument(opens[i].flags);
    put(BPF_AND, O_TRUNC | O_ACCMODE, 0, 0);
    put(BPF_IF_EQUAL, O_TRUNC | O_RDONLY, 1, 0);
    put(BPF_IF_EQUAL, O_TRUNC | O_ACCMODE, 0, 1);
    put_return(REFUSE(EACCES));
    put_return(SECCOMP_RET_ALLOW);
    end_call(begun);
  }
  const struct rule rules[] = {
    {SYS_truncate, REFUSE(EACCES)},
    {SYS_openat2, REFUSE(ENOSYS)},
  };
  put_rules(rules, sizeof rules / sizeof *rules);
}

/* Of a file that is open, which has no path: both halves of the pointer are asked for. */
static void put_times(void) {
  unsigned short begun = begin_call(SYS_utimensat);
  load_argument(1);
  put(BPF_IF_EQUAL, 0, 0, 3);
  put(BPF_LOAD, offsetof(struct call, arguments) + 8 + 4, 0, 0);
  put(BPF_IF_EQUAL, 0, 0, 1);
  put_return(SECCOMP_RET_ALLOW);
  put_return(REFUSE(EPERM));
  end_call(begun);
}

static void put_arguments(void) {
  const uint32_t terminals[] = {TIOCSTI, TIOCLINUX};
  const uint32_t owners[] = {F_SETOWN, F_SETOWN_EX};
  const uint32_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                              CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  put_pairs();
  never_with_bits(SYS_clone, 0, namespaces, REFUSE(EPERM));
  never_with(SYS_ioctl, 1, terminals, 2, REFUSE(EPERM));
  never_with(SYS_fcntl, 1, owners, 2, REFUSE(EPERM)); /* who is sent SIGIO */
  /* Only of oneself. */
  only_with(SYS_prlimit64, 0, 0, REFUSE(EPERM));
  only_with(SYS_sched_setaffinity, 0, 0, REFUSE(EPERM));
  only_with(SYS_setpriority, 1, 0, REFUSE(EPERM));
  only_with(SYS_ioprio_set, 1, 0, REFUSE(EPERM));
  /* How it is, and as it is for everyone; no other. */
  unsigned short begun = begin_call(SYS_personality);
  load_argument(0);
  put(BPF_IF_EQUAL, 0xffffffffu, 1, 0);
  put(BPF_IF_EQUAL, 0, 0, 1);
  put_return(SECCOMP_RET_ALLOW);
  put_return(REFUSE(EPERM));
  end_call(begun);
}

void restrict_calls(bool shares_identity, int landlock) {
  put(BPF_LOAD, offsetof(struct call, arch), 0, 0);
  put(BPF_IF_EQUAL, NATIVE_ARCH, 1, 0);
  put_return(KILL);
  put(BPF_LOAD, offsetof(struct call, nr), 0, 0);
  put(BPF_IF_GREATER, NEWEST_CALL, 0, 3);
  put(BPF_IF_SET, X32, 0, 1);
  put_return(KILL);
  put_return(REFUSE(ENOSYS));
  put_rules(refused, sizeof refused / sizeof *refused);
  if (shares_identity) {
    put_rules(refused_when_shared, sizeof refused_when_shared / sizeof *refused_when_shared);
    put_times();
    if (landlock < 6) {
      put_rules(refused_without_scopes,
                sizeof refused_without_scopes / sizeof *refused_without_scopes);
      only_with(SYS_kill, 0, 0, REFUSE(EPERM));
    }
  }
  if (landlock < 3) put_truncation();
  put_arguments();
  put_return(SECCOMP_RET_ALLOW);
  struct program program = {.length = length, .instructions = code};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program)) {
    fail("applying", "the seccomp filter");
  }
}

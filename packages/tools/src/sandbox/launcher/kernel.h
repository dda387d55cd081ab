/*
 * What this needs of the kernel's interface. Not from its headers: those of a distribution are often
 * older than the kernel that runs, and musl has none.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>
#include <sys/syscall.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define LANDLOCK_CREATE_RULESET_VERSION 1u
#define LANDLOCK_RULE_PATH_BENEATH 1
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ull << 0)
#define LANDLOCK_SCOPE_SIGNAL (1ull << 1)
#define LANDLOCK_ACCESS_NET_BIND_TCP (1ull << 0)
#define LANDLOCK_ACCESS_NET_CONNECT_TCP (1ull << 1)

enum {
  FS_EXECUTE = 1 << 0,
  FS_WRITE_FILE = 1 << 1,
  FS_READ_FILE = 1 << 2,
  FS_READ_DIR = 1 << 3,
  FS_REMOVE_DIR = 1 << 4,
  FS_REMOVE_FILE = 1 << 5,
  FS_MAKE_CHAR = 1 << 6,
  FS_MAKE_DIR = 1 << 7,
  FS_MAKE_REG = 1 << 8,
  FS_MAKE_SOCK = 1 << 9,
  FS_MAKE_FIFO = 1 << 10,
  FS_MAKE_BLOCK = 1 << 11,
  FS_MAKE_SYM = 1 << 12,
  FS_REFER = 1 << 13,     /* since version 2 */
  FS_TRUNCATE = 1 << 14,  /* since version 3 */
  FS_IOCTL_DEV = 1 << 15, /* since version 5 */
};

struct landlock_rules {
  uint64_t fs;
  uint64_t net;    /* since version 4 */
  uint64_t scoped; /* since version 6 */
};

struct landlock_path {
  uint64_t allowed;
  int32_t fd;
} __attribute__((packed));

#define SECCOMP_SET_MODE_FILTER 1
#define SECCOMP_FILTER_FLAG_TSYNC 1u
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_ERRNO 0x00050000u
#define SECCOMP_RET_ALLOW 0x7fff0000u

struct call {
  int nr;
  uint32_t arch;
  uint64_t instruction;
  uint64_t arguments[6];
};

struct instruction {
  uint16_t code;
  uint8_t yes, no;
  uint32_t k;
};

struct program {
  unsigned short length;
  struct instruction *instructions;
};

/* Classic BPF, as far as it is used here. */
enum {
  BPF_LOAD = 0x20,       /* ld [k] */
  BPF_IF_EQUAL = 0x15,   /* jeq #k */
  BPF_IF_GREATER = 0x25, /* jgt #k */
  BPF_IF_SET = 0x45,     /* jset #k */
  BPF_AND = 0x54,        /* and #k */
  BPF_RETURN = 0x06,     /* ret #k */
};

#if defined(__x86_64__)
#define NATIVE_ARCH 0xc000003eu
#elif defined(__aarch64__)
#define NATIVE_ARCH 0xc00000b7u
#else
#error "The launcher knows x86_64 and aarch64."
#endif

#endif

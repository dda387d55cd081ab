/*
 * The launcher starts one program that nobody vouches for, and ends it with everything it has started.
 *
 * Two processes: the supervisor stays outside, watches the tree and measures it; its child takes away its own
 * rights (jail.c), and becomes the program. With bubblewrap the child becomes bwrap, which starts this
 * file again (`inside`) in namespaces of its own.
 */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* File descriptors that are given: the specification and the outcome; how the child's start went. */
enum { CONTROL_FD = 3, START_FD = 4 };

/* A list of strings that ends with NULL, so that it can be handed to exec. */
struct list {
  char **items;
  size_t count;
};

/* What is to be run, as it was read; see spec.c. */
struct spec {
  char *raw;
  size_t raw_length;
  char *command;
  char *directory;
  struct list arguments;   /* with the name of the program */
  struct list environment;
  struct list readable;    /* may be read and executed, where they exist */
  struct list writable;    /* folders that must exist */
  struct list devices;     /* files that may be read and written, where they exist */
  struct list bubblewrap;  /* the whole command that starts `inside`; empty: without */
  uint64_t cpu_seconds, memory_bytes, tasks, file_bytes, open_files;
  uint64_t disk_bytes, entries, wall_ms;
};

/* Who the program runs as. */
struct identity {
  uid_t uid;
  gid_t gid;
  bool is_own; /* nobody else's on this machine */
};

/* What a tree of processes uses at one moment. */
struct usage {
  uint64_t tasks; /* processes and threads */
  uint64_t memory_bytes;
  uint64_t cpu_ms;
};

/* spec.c */
void read_spec(struct spec *spec, int fd);

/* identity.c */
struct identity choose_identity(const struct spec *spec);
void take_identity(const struct identity *identity);

/* disk.c */
void hand_over(const struct list *folders, const struct identity *identity);
void measure_disk(const struct list *folders, uint64_t *bytes, uint64_t *entries);

/* jail.c: no return from the last but into the program. */
_Noreturn void enter_jail(const struct spec *spec, const struct identity *identity, bool is_inside);

/* landlock.c: 0 where the kernel has none. */
int landlock_version(void);
bool keep_signals_in(int version);
void restrict_files(const struct spec *spec, int version);

/* filter.c */
void restrict_calls(bool shares_identity, int landlock);

/* tree.c */
size_t find_tree(pid_t **found);
void measure_tree(const pid_t *pids, size_t count, struct usage *usage);
void kill_each(const pid_t *pids, size_t count);

/* supervise.c */
int supervise(struct spec *spec);

/* probe.c */
int probe(void);

/* main.c: tells why the program could not be started, and ends this process. The supervisor tells its caller. */
extern int reason_fd;
_Noreturn void fail(const char *what, const char *which);
uint64_t now_ms(void);

#endif

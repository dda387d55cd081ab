#include "launcher.h"

#include "kernel.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether a child is seen and measured by way of /proc: limits of a tree depend on it. */
static bool sees_children(void) {
  pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  pid_t *tree;
  struct usage usage = {0};
  size_t size = child > 0 ? find_tree(&tree) : 0;
  if (size) measure_tree(tree, size, &usage);
  if (child > 0) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
  }
  return size == 1 && usage.tasks == 1 && usage.memory_bytes > 0;
}

static bool filters_calls(void) {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  struct instruction allow = {.code = BPF_RETURN, .k = SECCOMP_RET_ALLOW};
  struct program program = {.length = 1, .instructions = &allow};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/* What this machine has, as pairs of key and value on the standard output. */
int probe(void) {
  int version = landlock_version();
  const char *why = version ? "" : strerror(errno);
  printf("landlock%c%d%cwhy%c%s%c", 0, version, 0, 0, why, 0);
  printf("tree%c%d%cfilter%c%d%c", 0, sees_children(), 0, 0, filters_calls(), 0);
  return 0;
}

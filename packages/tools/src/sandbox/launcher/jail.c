#include "launcher.h"

#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

static void limit(int resource, uint64_t soft, uint64_t hard, const char *which) {
  struct rlimit had, wanted = {.rlim_cur = soft, .rlim_max = hard};
  if (getrlimit(resource, &had)) fail("reading the limit of", which);
  /* One that was lower already stays so. */
  if (wanted.rlim_max > had.rlim_max) wanted.rlim_max = had.rlim_max;
  if (wanted.rlim_cur > wanted.rlim_max) wanted.rlim_cur = wanted.rlim_max;
  if (setrlimit(resource, &wanted)) fail("limiting", which);
}

/*
 * What the kernel itself bounds, per process. The supervisor bounds the whole tree more tightly; these hold
 * even while it does not get to run.
 */
static void set_limits(const struct spec *spec, const struct identity *identity) {
  struct sysinfo system = {0};
  sysinfo(&system);
  /* Where others have the same user id, theirs count too. */
  uint64_t tasks = 4 * spec->tasks + (identity->is_own ? 0 : system.procs);
  uint64_t data = 2 * spec->memory_bytes + (1ull << 30);
  limit(RLIMIT_CPU, spec->cpu_seconds, spec->cpu_seconds + 1, "CPU time");
  limit(RLIMIT_FSIZE, spec->file_bytes, spec->file_bytes, "file size");
  limit(RLIMIT_NOFILE, spec->open_files, spec->open_files, "open files");
  limit(RLIMIT_NPROC, tasks, tasks, "processes");
  limit(RLIMIT_DATA, data, data, "memory");
  limit(RLIMIT_CORE, 0, 0, "core dumps");
  limit(RLIMIT_MEMLOCK, 0, 0, "locked memory");
  limit(RLIMIT_MSGQUEUE, 0, 0, "message queues");
  limit(RLIMIT_RTPRIO, 0, 0, "priorities");
}

static void reset_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn void enter_jail(const struct spec *spec, const struct identity *identity, bool is_inside) {
  int version = landlock_version();
  errno = ENOSYS;
  if (version == 0) fail("asking for", "Landlock");
  if (syscall(SYS_close_range, START_FD + 1, ~0u, 0u)) fail("closing", "what is open");
  close(CONTROL_FD);
  fcntl(START_FD, F_SETFD, FD_CLOEXEC);
  reset_signals();
  set_limits(spec, identity);
  umask(077);
  take_identity(identity);
  /* After the ids, since a change of them forgets it. */
  if (!is_inside) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL)) fail("following", "the supervisor");
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("refusing", "new privileges");
  if (chdir(spec->directory)) fail("entering", spec->directory);
  restrict_files(spec, version);
  restrict_calls(!identity->is_own && !is_inside, version);
  dprintf(START_FD, "started\n");
  execve(spec->command, spec->arguments.items, spec->environment.items);
  fail("starting", spec->command);
}

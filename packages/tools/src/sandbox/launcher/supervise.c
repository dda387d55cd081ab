#include "launcher.h"

#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Outside the jail: starts the program, measures the tree until something is over its limit, the caller says
 * so (a byte on the control, or its end: then the caller is gone), or the program ends; then ends all that is
 * left of the tree and tells the outcome as pairs of key and value, like the specification.
 */
enum { FIRST_SAMPLE_MS = 10, SAMPLE_MS = 25, DISK_EVERY_MS = 100, LAST_EFFORT_MS = 10000 };

static struct {
  const struct spec *spec;
  pid_t program;
  int status;      /* of the program, once it has ended */
  bool has_ended;
  bool is_scoped;  /* signals to everyone reach the tree alone */
  int signals, start;
  uint64_t began, next_disk;
  uint64_t most_bytes, most_entries; /* what the disk may hold: the limit, or what was there already */
  struct usage peak;
  const char *why;
} run;

static void block_signals(void) {
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, SIGCHLD);
  sigaddset(&taken, SIGTERM);
  sigaddset(&taken, SIGINT);
  sigaddset(&taken, SIGHUP);
  signal(SIGPIPE, SIG_IGN);
  if (sigprocmask(SIG_SETMASK, &taken, NULL)) fail("blocking", "signals");
  run.signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  if (run.signals < 0) fail("opening", "signals");
}

/* The child until it is bubblewrap, which hands both descriptors on. */
static _Noreturn void start_bubblewrap(const struct spec *spec) {
  int copy = (int)syscall(SYS_memfd_create, "specification", 0u);
  if (copy < 0 || write(copy, spec->raw, spec->raw_length) != (ssize_t)spec->raw_length ||
      lseek(copy, 0, SEEK_SET) || dup2(copy, CONTROL_FD) < 0) {
    fail("handing on", "the specification");
  }
  if (syscall(SYS_close_range, START_FD + 1, ~0u, 0u)) fail("closing", "what is open");
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL)) fail("following", "the supervisor");
  char *nothing[] = {NULL};
  execve(spec->bubblewrap.items[0], spec->bubblewrap.items, nothing);
  fail("starting", spec->bubblewrap.items[0]);
}

static void start(const struct spec *spec) {
  struct identity identity = choose_identity(spec);
  hand_over(&spec->writable, &identity);
  measure_disk(&spec->writable, &run.most_bytes, &run.most_entries);
  if (run.most_bytes < spec->disk_bytes) run.most_bytes = spec->disk_bytes;
  if (run.most_entries < spec->entries) run.most_entries = spec->entries;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) fail("opening", "a pipe");
  run.program = fork();
  if (run.program < 0) fail("forking", "the program");
  if (run.program == 0) {
    reason_fd = START_FD;
    setsid();
    if (ends[1] != START_FD && dup2(ends[1], START_FD) < 0) _exit(1);
    fcntl(START_FD, F_SETFD, 0);
    if (spec->bubblewrap.count) start_bubblewrap(spec);
    enter_jail(spec, &identity, false);
  }
  close(ends[1]);
  run.start = ends[0];
  int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int i = 0; i < 3; i++) if (nowhere < 0 || dup2(nowhere, i) < 0) close(i);
}

/* False once there is no process left. */
static bool reap(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != run.program) continue;
    run.status = status;
    run.has_ended = true;
  }
  return pid == 0;
}

static uint64_t cpu_of_dead(void) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
         (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void raise_to(uint64_t *peak, uint64_t value) {
  if (*peak < value) *peak = value;
}

static void check_disk(void) {
  uint64_t bytes, entries;
  measure_disk(&run.spec->writable, &bytes, &entries);
  if (bytes > run.most_bytes || entries > run.most_entries) run.why = "disk";
}

static void sample(uint64_t now) {
  pid_t *tree;
  struct usage usage;
  size_t size = find_tree(&tree);
  measure_tree(tree, size, &usage);
  usage.cpu_ms += cpu_of_dead();
  raise_to(&run.peak.memory_bytes, usage.memory_bytes);
  raise_to(&run.peak.tasks, usage.tasks);
  raise_to(&run.peak.cpu_ms, usage.cpu_ms);
  if (usage.memory_bytes > run.spec->memory_bytes) run.why = "memory";
  else if (usage.tasks > run.spec->tasks) run.why = "processes";
  else if (usage.cpu_ms >= run.spec->cpu_seconds * 1000) run.why = "cpu";
  else if (now >= run.next_disk) {
    check_disk();
    /* At most a tenth of the time is for walking folders. */
    uint64_t took = now_ms() - now;
    run.next_disk = now + (took > DISK_EVERY_MS / 10 ? 10 * took : DISK_EVERY_MS);
  }
}

/* What the caller says: `o` that there is too much output, anything else to stop. */
static void listen_to_caller(void) {
  char said;
  ssize_t got = read(CONTROL_FD, &said, 1);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  run.why = got == 1 && said == 'o' ? "output" : "stopped";
}

static void listen_to_signals(void) {
  struct signalfd_siginfo told;
  while (read(run.signals, &told, sizeof told) == sizeof told) {
    if (told.ssi_signo != SIGCHLD) run.why = "stopped";
  }
  reap();
}

static void watch(void) {
  struct pollfd from[] = {{.fd = run.signals, .events = POLLIN}, {.fd = CONTROL_FD, .events = POLLIN}};
  uint64_t wall_end = run.began + run.spec->wall_ms, next = run.began + FIRST_SAMPLE_MS;
  while (!run.has_ended && !run.why) {
    uint64_t now = now_ms(), until = next < wall_end ? next : wall_end;
    if (now >= wall_end) {
      run.why = "wall";
    } else if (now >= next) {
      sample(now);
      next = now_ms() + (now - run.began < 10 * SAMPLE_MS ? FIRST_SAMPLE_MS : SAMPLE_MS);
    } else if (poll(from, 2, (int)(until - now)) > 0) {
      if (from[0].revents) listen_to_signals();
      if (from[1].revents && !run.has_ended) listen_to_caller();
    }
  }
}

static void kill_all(void) {
  if (run.is_scoped) {
    kill(-1, SIGKILL);
    return;
  }
  pid_t *tree;
  size_t size = find_tree(&tree);
  kill_each(tree, size);
}

/* Returns when nothing is left, or what is left cannot be killed. */
static void end_tree(void) {
  struct pollfd from = {.fd = run.signals, .events = POLLIN};
  for (uint64_t give_up = now_ms() + LAST_EFFORT_MS; reap() && now_ms() < give_up;) {
    kill_all();
    poll(&from, 1, 2);
    listen_to_signals();
  }
}

/* What the child has told: that it becomes the program, or else why it cannot. Answers the reason. */
static char *read_start(char *text, size_t size, bool *is_started) {
  fcntl(run.start, F_SETFL, O_NONBLOCK);
  ssize_t length = read(run.start, text, size - 1);
  text[length > 0 ? length : 0] = 0;
  const char started[] = "started\n";
  *is_started = strcmp(text, started) == 0;
  char *reason = strncmp(text, started, sizeof started - 1) ? text : text + sizeof started - 1;
  reason[strcspn(reason, "\n")] = 0;
  return reason;
}

static void tell(void) {
  char text[1024];
  bool is_started;
  const char *reason = read_start(text, sizeof text, &is_started);
  int exit_code = WIFEXITED(run.status) ? WEXITSTATUS(run.status) : 128 + WTERMSIG(run.status);
  const char *why = run.why ? run.why : "";
  if (!run.why && (WIFSIGNALED(run.status) || run.spec->bubblewrap.count)) {
    if (exit_code == 128 + SIGXFSZ) why = "file";
    if (exit_code == 128 + SIGXCPU) why = "cpu";
  }
  /* What a namespace's end took with it was seen alone. */
  raise_to(&run.peak.cpu_ms, cpu_of_dead());
  FILE *out = fdopen(CONTROL_FD, "w");
  if (!out) return;
  fprintf(out, "started%c%d%cwhy%c%s%creason%c%s%c", 0, is_started, 0, 0, why, 0, 0, reason, 0);
  fprintf(out, "exitCode%c%d%c", 0, exit_code, 0);
  const struct { const char *key; uint64_t value; } numbers[] = {
    {"wallMs", now_ms() - run.began},
    {"cpuMs", run.peak.cpu_ms},
    {"memoryBytes", run.peak.memory_bytes},
    {"processes", run.peak.tasks},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    fprintf(out, "%s%c%llu%c", numbers[i].key, 0, (unsigned long long)numbers[i].value, 0);
  }
  fclose(out);
}

int supervise(struct spec *spec) {
  run.spec = spec;
  if (syscall(SYS_close_range, START_FD, ~0u, 0u)) fail("closing", "what is open");
  fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) fail("adopting", "orphans");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("refusing", "new privileges");
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  run.is_scoped = keep_signals_in(landlock_version());
  block_signals();
  run.began = now_ms();
  run.next_disk = run.began + DISK_EVERY_MS;
  start(spec);
  watch();
  end_tree();
  if (!run.why) check_disk();
  tell();
  return 0;
}

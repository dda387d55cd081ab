#include "launcher.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * All processes that come from this one: it adopts orphans, so they are always beneath it, whatever sessions
 * and groups they made. Read from /proc, which tells others' memory and time to everyone.
 */
static pid_t *pids;
static size_t count, room;

static void add(pid_t pid) {
  if (count == room) {
    room = room ? 2 * room : 64;
    pids = realloc(pids, room * sizeof *pids);
    if (!pids) abort();
  }
  pids[count++] = pid;
}

/* The file's beginning as a string; false where there is none any more. */
static bool read_file(const char *path, char *text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t length = read(fd, text, size - 1);
  close(fd);
  if (length < 0) return false;
  text[length] = 0;
  return true;
}

/* The children of one thread; false where the kernel does not list them. */
static bool add_children(pid_t pid, const char *thread) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, thread);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  int child;
  while (fscanf(file, "%d", &child) == 1) add(child);
  fclose(file);
  return true;
}

static void add_children_of_all_threads(pid_t pid) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  DIR *threads = opendir(path);
  if (!threads) return;
  struct dirent *entry;
  while ((entry = readdir(threads))) {
    if (entry->d_name[0] != '.') add_children(pid, entry->d_name);
  }
  closedir(threads);
}

/* What follows the name in /proc/<pid>/stat, since a name may hold anything. */
static char *read_stat(pid_t pid, char *text, size_t size) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  if (!read_file(path, text, size)) return NULL;
  char *name_end = strrchr(text, ')');
  return name_end ? name_end + 1 : NULL;
}

/* Where children are not listed: every process's parent, until none is new. */
static void scan_all(void) {
  struct link { pid_t pid, parent; } *links = NULL;
  size_t known = 0, space = 0;
  DIR *folder = opendir("/proc");
  struct dirent *entry;
  while (folder && (entry = readdir(folder))) {
    char text[512], state;
    int pid = atoi(entry->d_name), parent;
    char *rest = pid > 0 ? read_stat(pid, text, sizeof text) : NULL;
    if (!rest || sscanf(rest, " %c %d", &state, &parent) != 2) continue;
    if (known == space) {
      space = space ? 2 * space : 256;
      links = realloc(links, space * sizeof *links);
      if (!links) abort();
    }
    links[known++] = (struct link){pid, parent};
  }
  if (folder) closedir(folder);
  pid_t self = getpid();
  for (size_t i = 0; i < known; i++) if (links[i].parent == self) add(links[i].pid);
  for (size_t next = 0; next < count; next++) {
    for (size_t i = 0; i < known; i++) if (links[i].parent == pids[next]) add(links[i].pid);
  }
  free(links);
}

size_t find_tree(pid_t **found) {
  char self[16];
  count = 0;
  snprintf(self, sizeof self, "%d", (int)getpid());
  if (add_children(getpid(), self)) {
    for (size_t next = 0; next < count; next++) add_children_of_all_threads(pids[next]);
  } else {
    scan_all();
  }
  *found = pids;
  return count;
}

static uint64_t field(const char *status, const char *name) {
  const char *at = strstr(status, name);
  return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

void measure_tree(const pid_t *tree, size_t size, struct usage *usage) {
  static long ticks;
  if (!ticks) ticks = sysconf(_SC_CLK_TCK);
  *usage = (struct usage){0};
  for (size_t i = 0; i < size; i++) {
    char path[32], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)tree[i]);
    if (!read_file(path, text, sizeof text)) continue;
    /* Of one process alone: pages of files can be dropped, so they are not counted. */
    usage->memory_bytes += 1024 * (field(text, "\nRssAnon:") + field(text, "\nRssShmem:") +
                                   field(text, "\nVmSwap:"));
    usage->tasks += field(text, "\nThreads:");
    unsigned long user, system, user_of_dead, system_of_dead;
    char *rest = read_stat(tree[i], text, sizeof text);
    if (rest && sscanf(rest, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &user,
                       &system, &user_of_dead, &system_of_dead) == 4) {
      usage->cpu_ms += (user + system + user_of_dead + system_of_dead) * 1000 / (unsigned long)ticks;
    }
  }
}

/* Those that are killed can have forked since they were found, so this is for repeating. */
void kill_each(const pid_t *tree, size_t size) {
  const struct rlimit none = {0, 0};
  for (size_t i = 0; i < size; i++) {
    prlimit(tree[i], RLIMIT_NPROC, &none, NULL);
    kill(tree[i], SIGKILL);
  }
}

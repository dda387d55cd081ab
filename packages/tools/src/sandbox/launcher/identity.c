#include "launcher.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Where the supervisor is root, the program is nobody else: a workspace has a user id of its own, taken from
 * those that no system gives out. Where that cannot be, as in most pods, it has the supervisor's, without any
 * capability.
 */
enum { FIRST_ID = 0x70000000, ID_MASK = 0xffffff, FIRST_SHORT_ID = 62000, SHORT_IDS = 2000 };
enum { CAPABILITY_CHOWN = 0, CAPABILITY_SETGID = 6, CAPABILITY_SETUID = 7, LAST_CAPABILITY = 63 };

struct capability_header { uint32_t version; int pid; };
struct capability_data { uint32_t effective, permitted, inheritable; };
enum { CAPABILITY_VERSION = 0x20080522 };

static uint32_t hash(const char *text) {
  uint32_t value = 2166136261u; /* FNV-1a */
  for (; *text; text++) value = (value ^ (unsigned char)*text) * 16777619u;
  return value;
}

static bool has_capabilities(void) {
  struct capability_header header = {.version = CAPABILITY_VERSION};
  struct capability_data data[2] = {0};
  const uint32_t needed = 1u << CAPABILITY_CHOWN | 1u << CAPABILITY_SETGID | 1u << CAPABILITY_SETUID;
  if (syscall(SYS_capget, &header, data)) return false;
  return (data[0].effective & needed) == needed;
}

/* Whether this user namespace has the id. */
static bool is_mapped(const char *map, uint32_t id) {
  FILE *file = fopen(map, "re");
  if (!file) return false;
  unsigned long inside, outside, count;
  bool found = false;
  while (!found && fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3) {
    found = id >= inside && id - inside < count;
  }
  fclose(file);
  return found;
}

static bool is_usable(uint32_t id) {
  return is_mapped("/proc/self/uid_map", id) && is_mapped("/proc/self/gid_map", id);
}

/* Whether everyone may walk to the path. */
static bool is_reachable(const char *path) {
  char part[4096];
  size_t length = strlen(path);
  if (path[0] != '/' || length >= sizeof part) return false;
  for (size_t i = 1; i < length; i++) {
    if (path[i] != '/') continue;
    memcpy(part, path, i);
    part[i] = 0;
    struct stat about;
    if (stat(part, &about) || !(about.st_mode & S_IXOTH)) return false;
  }
  return true;
}

static bool is_ours(uid_t uid) {
  return (uid >= FIRST_ID && uid <= FIRST_ID + ID_MASK) ||
         (uid >= FIRST_SHORT_ID && uid < FIRST_SHORT_ID + SHORT_IDS);
}

struct identity choose_identity(const struct spec *spec) {
  struct identity mine = {.uid = geteuid(), .gid = getegid(), .is_own = false};
  const char *workspace = spec->writable.items[0];
  if (mine.uid != 0 || !has_capabilities()) return mine;
  /* bubblewrap shows it at the same path, where everyone can walk to. */
  bool is_bare = spec->bubblewrap.count == 0;
  if (is_bare && !(is_reachable(workspace) && is_reachable(spec->command))) return mine;
  struct stat about;
  if (stat(workspace, &about)) fail("looking at", workspace);
  if (about.st_uid != 0) {
    return (struct identity){about.st_uid, about.st_gid, is_ours(about.st_uid)};
  }
  uint32_t number = hash(workspace);
  uint32_t id = FIRST_ID + (number & ID_MASK);
  if (!is_usable(id)) id = FIRST_SHORT_ID + number % SHORT_IDS;
  if (!is_usable(id)) return mine;
  return (struct identity){id, id, true};
}

void take_identity(const struct identity *identity) {
  /* Before the ids, since it takes a capability that goes with them. */
  for (int i = 0; i <= LAST_CAPABILITY; i++) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
  if (identity->uid != geteuid()) {
    if (setgroups(0, NULL)) fail("leaving", "the groups");
    if (setresgid(identity->gid, identity->gid, identity->gid)) fail("taking", "the group id");
    if (setresuid(identity->uid, identity->uid, identity->uid)) fail("taking", "the user id");
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  struct capability_header header = {.version = CAPABILITY_VERSION};
  struct capability_data none[2] = {0};
  if (syscall(SYS_capset, &header, none)) fail("dropping", "the capabilities");
}

#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 256 };
/* What cannot be measured, as folders nested deeper, counts as more than any limit allows. */
static const uint64_t TOO_MANY = UINT64_MAX / 2;

struct walk {
  void (*visit)(struct walk *walk, int parent, const char *name, const struct stat *about);
  const struct identity *identity;
  uint64_t bytes, entries;
};

static bool is_dots(const char *name) { return !strcmp(name, ".") || !strcmp(name, ".."); }

/* The tree changes while it is walked, so what is gone meanwhile is passed over; no link is followed. */
static void walk_folder(struct walk *walk, int fd, int depth) {
  DIR *folder = fdopendir(fd);
  if (!folder) {
    walk->entries = TOO_MANY;
    close(fd);
    return;
  }
  struct dirent *entry;
  while ((entry = readdir(folder))) {
    struct stat about;
    if (is_dots(entry->d_name)) continue;
    if (fstatat(fd, entry->d_name, &about, AT_SYMLINK_NOFOLLOW)) continue;
    walk->visit(walk, fd, entry->d_name, &about);
    if (!S_ISDIR(about.st_mode)) continue;
    if (depth == DEEPEST) {
      walk->entries = TOO_MANY;
      continue;
    }
    int inner = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner >= 0) walk_folder(walk, inner, depth + 1);
    else if (errno == EACCES) walk->entries = TOO_MANY;
  }
  closedir(folder);
}

static void walk_all(struct walk *walk, const struct list *folders) {
  for (size_t i = 0; i < folders->count; i++) {
    int fd = open(folders->items[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
      walk->entries = TOO_MANY;
      continue;
    }
    struct stat about;
    if (!fstat(fd, &about)) walk->visit(walk, fd, NULL, &about);
    walk_folder(walk, fd, 0);
  }
}

static void measure(struct walk *walk, int parent, const char *name, const struct stat *about) {
  (void)parent;
  if (!name) return;
  walk->bytes += (uint64_t)about->st_blocks * 512;
  if (walk->entries < TOO_MANY) walk->entries += 1;
}

void measure_disk(const struct list *folders, uint64_t *bytes, uint64_t *entries) {
  struct walk walk = {.visit = measure};
  walk_all(&walk, folders);
  *bytes = walk.bytes;
  *entries = walk.entries;
}

/* What has several names may have one outside, and what belongs to somebody else stays theirs. */
static void give(struct walk *walk, int parent, const char *name, const struct stat *about) {
  if (about->st_uid != geteuid()) return;
  if (S_ISREG(about->st_mode) && about->st_nlink > 1) return;
  const struct identity *to = walk->identity;
  int refused = name ? fchownat(parent, name, to->uid, to->gid, AT_SYMLINK_NOFOLLOW)
                     : fchown(parent, to->uid, to->gid);
  if (refused && errno != ENOENT) fail("handing over", name ? name : "the workspace");
}

void hand_over(const struct list *folders, const struct identity *identity) {
  if (identity->uid == geteuid()) return;
  struct walk walk = {.visit = give, .identity = identity};
  walk_all(&walk, folders);
}

#include "launcher.h"

#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  FILE_RIGHTS = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
  READABLE = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR,
  /* No sockets, which others could connect to, and no device nodes. */
  WRITABLE = READABLE | FS_WRITE_FILE | FS_TRUNCATE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR |
             FS_MAKE_REG | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER,
  DEVICE = FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE,
};

int landlock_version(void) {
  long version =
    syscall(SYS_landlock_create_ruleset, (void *)0, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : (int)version;
}

/* Every right of files that the version knows: what no rule allows is refused. */
static uint64_t handled(int version) {
  uint64_t rights = (FS_MAKE_SYM << 1) - 1;
  if (version >= 2) rights |= FS_REFER;
  if (version >= 3) rights |= FS_TRUNCATE;
  if (version >= 5) rights |= FS_IOCTL_DEV;
  return rights;
}

static void allow(int rules, const char *path, uint64_t rights, bool must_exist) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) {
    if (must_exist) fail("opening", path);
    return;
  }
  struct stat about;
  if (fstat(fd, &about)) fail("looking at", path);
  if (!S_ISDIR(about.st_mode)) rights &= FILE_RIGHTS;
  struct landlock_path rule = {.allowed = rights, .fd = fd};
  if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0u)) {
    fail("allowing", path);
  }
  close(fd);
}

/*
 * The supervisor's own domain, which restricts nothing but signals: they reach what it starts and nobody
 * else. So it can end all of that at once, whoever forks meanwhile. False where the kernel cannot do it.
 */
bool keep_signals_in(int version) {
  if (version < 6) return false;
  struct landlock_rules attributes = {.scoped = LANDLOCK_SCOPE_SIGNAL};
  int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0u);
  if (rules < 0) return false;
  long refused = syscall(SYS_landlock_restrict_self, rules, 0u);
  close(rules);
  return !refused;
}

void restrict_files(const struct spec *spec, int version) {
  struct landlock_rules attributes = {.fs = handled(version)};
  size_t size = sizeof attributes.fs;
  if (version >= 4) {
    attributes.net = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
    size += sizeof attributes.net;
  }
  if (version >= 6) {
    attributes.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
    size += sizeof attributes.scoped;
  }
  int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0u);
  if (rules < 0) fail("making", "the Landlock rules");
  uint64_t known = attributes.fs;
  for (size_t i = 0; i < spec->readable.count; i++) {
    allow(rules, spec->readable.items[i], READABLE & known, false);
  }
  for (size_t i = 0; i < spec->writable.count; i++) {
    allow(rules, spec->writable.items[i], WRITABLE & known, true);
  }
  for (size_t i = 0; i < spec->devices.count; i++) {
    allow(rules, spec->devices.items[i], DEVICE & known, false);
  }
  if (syscall(SYS_landlock_restrict_self, rules, 0u)) fail("applying", "the Landlock rules");
  close(rules);
}

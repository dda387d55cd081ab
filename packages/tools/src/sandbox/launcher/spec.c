#include "launcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A specification is how many bytes follow, as ten digits, and then pairs of a key and a value, each ended by a
 * NUL. Nothing in it has to be escaped, and a value is never taken for a key. What comes after it is left unread.
 */
enum { DIGITS = 10, MOST_BYTES = 4 << 20 };

static uint64_t number(const char *text) {
  char *end;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (errno || *end || end == text) fail("reading the number", text);
  return value;
}

static void read_exactly(int fd, char *to, size_t length) {
  while (length > 0) {
    ssize_t got = read(fd, to, length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("reading", "the specification");
    to += got;
    length -= (size_t)got;
  }
}

static void read_whole(struct spec *spec, int fd) {
  char digits[DIGITS + 1] = {0};
  read_exactly(fd, digits, DIGITS);
  uint64_t length = number(digits);
  errno = E2BIG;
  if (length > MOST_BYTES) fail("reading", "the specification");
  spec->raw_length = DIGITS + length;
  spec->raw = malloc(spec->raw_length + 1);
  if (!spec->raw) fail("reading", "the specification");
  memcpy(spec->raw, digits, DIGITS);
  read_exactly(fd, spec->raw + DIGITS, length);
  spec->raw[spec->raw_length] = 0;
}

static void append(struct list *list, char *item) {
  /* Room for a power of two, and always for the NULL at the end. */
  if ((list->count & (list->count + 1)) == 0) {
    list->items = realloc(list->items, (2 * list->count + 2) * sizeof *list->items);
    if (!list->items) fail("reading", "the specification");
  }
  list->items[list->count++] = item;
  list->items[list->count] = NULL;
}

static bool set_number(struct spec *spec, const char *key, const char *value) {
  const struct { const char *key; uint64_t *place; } numbers[] = {
    {"cpuSeconds", &spec->cpu_seconds}, {"memoryBytes", &spec->memory_bytes},
    {"processes", &spec->tasks},        {"fileBytes", &spec->file_bytes},
    {"openFiles", &spec->open_files},   {"diskBytes", &spec->disk_bytes},
    {"entries", &spec->entries},        {"wallMs", &spec->wall_ms},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    if (strcmp(numbers[i].key, key)) continue;
    *numbers[i].place = number(value);
    return true;
  }
  return false;
}

static bool add_text(struct spec *spec, const char *key, char *value) {
  const struct { const char *key; struct list *list; } lists[] = {
    {"argument", &spec->arguments}, {"environment", &spec->environment},
    {"readable", &spec->readable},  {"writable", &spec->writable},
    {"device", &spec->devices},     {"bubblewrap", &spec->bubblewrap},
  };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    if (strcmp(lists[i].key, key)) continue;
    append(lists[i].list, value);
    return true;
  }
  return false;
}

void read_spec(struct spec *spec, int fd) {
  read_whole(spec, fd);
  /* The strings stay where they are, so what is read and what is handed on are the same bytes. */
  char *at = spec->raw + DIGITS, *end = spec->raw + spec->raw_length;
  while (at < end) {
    char *key = at, *value = key + strlen(key) + 1;
    if (value >= end) fail("reading the specification at", key);
    at = value + strlen(value) + 1;
    if (strcmp(key, "command") == 0) spec->command = value;
    else if (strcmp(key, "directory") == 0) spec->directory = value;
    else if (!set_number(spec, key, value) && !add_text(spec, key, value)) {
      errno = EINVAL;
      fail("reading the specification at", key);
    }
  }
  static char *nothing[] = {NULL};
  if (!spec->environment.items) spec->environment.items = nothing;
  errno = EINVAL;
  if (!spec->command || !spec->directory || !spec->arguments.count || !spec->writable.count) {
    fail("reading", "the specification: something is missing");
  }
  if (!spec->cpu_seconds || !spec->memory_bytes || !spec->tasks || !spec->file_bytes ||
      !spec->open_files || !spec->disk_bytes || !spec->entries || !spec->wall_ms) {
    fail("reading", "the specification: a limit is missing");
  }
}

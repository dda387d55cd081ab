#include "launcher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int reason_fd = START_FD;

_Noreturn void fail(const char *what, const char *which) {
  const char *why = errno ? strerror(errno) : "not as it should be";
  dprintf(reason_fd, "%s %s: %s\n", what, which, why);
  _exit(1);
}

uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int main(int count, char **arguments) {
  const char *what = count == 2 ? arguments[1] : "";
  if (strcmp(what, "probe") == 0) return probe();
  if (strcmp(what, "inside") == 0) {
    struct spec spec = {0};
    read_spec(&spec, CONTROL_FD);
    struct identity identity = choose_identity(&spec);
    enter_jail(&spec, &identity, true);
  }
  if (strcmp(what, "supervise") == 0) {
    struct spec spec = {0};
    reason_fd = CONTROL_FD;
    read_spec(&spec, CONTROL_FD);
    int status = supervise(&spec);
    return status;
  }
  fprintf(stderr, "Usage: launcher probe | supervise | inside\n");
  return 2;
}

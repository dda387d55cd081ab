/** With these, and musl, the same sources give the same bytes each time. */
export const prebuiltFlags: readonly string[] = [
  "-std=c11",
  "-Os",
  "-s",
  "-static",
  "-Wall",
  "-Wextra",
  "-Wpedantic",
  "-Werror",
  "-ffunction-sections",
  "-fdata-sections",
  "-Wl,--gc-sections",
  "-Wl,--build-id=none",
  "-Wl,-z,noseparate-code",
  "-Wl,-z,norelro",
];

import type { CapacityPort } from "@flotilla/core";

/** Lets every call through at once. */
export const unlimitedCapacity: CapacityPort = {
  admit: () => Promise.resolve({ waited: {}, heard: () => undefined, settle: () => undefined }),
};

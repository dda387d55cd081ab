import type { Permission } from "@flotilla/core";

/** What a route asks of its caller: a permission, that he is known, or nothing. */
export type Guard = Permission | "signed-in" | "public";

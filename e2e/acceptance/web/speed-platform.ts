import type { Platform } from "../../platform.ts";
import { openSpeedPlatform } from "../../web-speed/open-speed-platform.ts";
import { shared } from "../shared.ts";

/** Without sign-in, and with models whose pace is known. */
export function speedPlatform(): Promise<Platform> {
  return shared("speed", openSpeedPlatform, (one) => one.stop());
}

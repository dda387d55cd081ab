import type { StreamLimits } from "../app-parts.ts";

export const defaultStreamLimits: StreamLimits = {
  heartbeatMs: 15_000,
  stallMs: 30_000,
  recheckMs: 8_000,
  connections: 8_000,
  connectionsPerCaller: 500,
  subscriptions: 200,
  messagesPerSecond: 50,
};

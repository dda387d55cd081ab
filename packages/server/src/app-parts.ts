import type { BlockList } from "node:net";
import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type {
  ArtifactPort,
  Caller,
  Clock,
  ErrorSink,
  IdPrefix,
  Log,
  PlacedTools,
} from "@flotilla/core";
import type { Models, Router } from "@flotilla/models";
import type { ConnectionTester, Mcp, Outgoing } from "@flotilla/tools";
import type { Store, StoreView } from "@flotilla/store";
import type { AccessPort } from "./access/access.ts";
import type { RateLimiters } from "./http/rate-limiter.ts";
import type { HealthSampler } from "./health/health-sampler.ts";
import type { ProcessLog } from "./log.ts";
import type { McpExtension } from "./mcp/extension.ts";
import type { Upgrade } from "./http/upgrade.ts";
import type { Guard } from "./access/guard.ts";
import type { ActivityLog } from "./activity/activity-log.ts";
import type { SignIn } from "./auth/open-sign-in.ts";
import type { Redactor } from "./redact/redactor.ts";
import type { Triggers } from "./triggers/fire-trigger.ts";
import type { Vault } from "./vault/open-vault.ts";

/** What the HTTP server is made of. */
export interface AppParts {
  /** Who asks, and what he may. */
  access: AccessPort;
  /** Left out: the server asks nobody to sign in. */
  signIn?: SignIn;
  /** Everything of every organisation; a handler takes `c.var.store` instead. */
  store: Store;
  models: Pick<
    Models,
    "check" | "price" | "contextWindow" | "seesImages" | "bucket" | "reach" | "keyOf" | "probe"
  >;
  router: Pick<Router, "check" | "plan" | "routes" | "rules">;
  /** The configured providers, by name. */
  providers: Readonly<Record<string, { kind: string }>>;
  /** Models that the configuration names: those with a price or limits of their own. */
  modelNames: readonly string[];
  tools: Pick<PlacedTools, "of">;
  mcp: Pick<Mcp, "look" | "prompts" | "prompt" | "signIns">;
  artifacts: Pick<ArtifactPort, "get" | "list" | "read" | "put" | "deleteOf">;
  activity: Pick<ActivityLog, "note">;
  redact: Redactor;
  vault: Vault;
  triggers: Pick<Triggers, "fire">;
  /** What an operator has added to the MCP server. */
  mcpExtension?: McpExtension | undefined;
  /** Judges addresses that requests may be sent to. */
  outgoing: Pick<Outgoing, "check">;
  /** Tries connections of tools. */
  connections: ConnectionTester;
  /** Whether there is a server for it. */
  sendsEmail: boolean;
  errors: ErrorSink;
  health: Pick<HealthSampler, "current">;
  /** The levels that apply in this process. */
  logLevels: ProcessLog["levels"];
  clock: Clock;
  log: Log;
  version: string;
  /** ISO 8601. */
  startedAt: string;
  databaseKind: "embedded" | "server";
  /** Folder of the built web app; null when it was not built. */
  webRoot: string | null;
  /** Names the server may be called by beside those of the loopback interface. */
  allowedHosts?: readonly string[];
  /** Of the address that people open, where a setting says so: its pages are the server's own. */
  publicOrigin?: string | undefined;
  /** The path under which people reach it, with a slash at its end; left out: none. */
  mountPath?: string;
  /** People reach it by HTTPS, through a proxy. */
  isHttps?: boolean;
  /** Origins whose pages may use the API with a key. */
  corsOrigins?: readonly string[];
  /** Proxies that are believed when they say whom they speak for. */
  trustedProxies?: BlockList;
  /** Left out: everybody may send as much as he likes. */
  rates?: RateLimiters;
  streams?: Partial<StreamLimits>;
}

/** What holds for connections that stay open: event streams and WebSockets. */
export interface StreamLimits {
  /** Something goes out this often, so that proxies keep the connection. Default 15 s. */
  heartbeatMs: number;
  /** A client that takes nothing for so long is dropped. Default 30 s. */
  stallMs: number;
  /** Whether the caller still may is asked this often. Default 8 s. */
  recheckMs: number;
  /** Connections of all callers, fewer than the server takes. Default 8,000. */
  connections: number;
  /** Connections of one caller; whoever needs no sign-in may have all of them. Default 500. */
  connectionsPerCaller: number;
  /** Subscriptions of a WebSocket. Default 200. */
  subscriptions: number;
  /** Messages a second that a WebSocket may send, ten seconds' worth at once. Default 50. */
  messagesPerSecond: number;
}

export interface ServerEnv {
  Bindings: Partial<HttpBindings> & {
    /** Aborted when the server closes: streams end, and their clients reconnect. */
    closing?: AbortSignal;
    /** There when the client asks for a WebSocket. */
    upgrade?: Upgrade;
  };
  Variables: {
    requestId: string;
    /** By which style elements of the answered page are known as its own. */
    secureHeadersNonce?: string;
    /** The id of what the request creates, the same at every attempt; with an Idempotency-Key only. */
    idOfKey?: (prefix: IdPrefix) => string;
    parts: AppParts;
    /** What the matched route asks of its caller. */
    guard: Guard;
    /** What was asked about by name: `agents/refunds`. Only where a handler did. */
    resource: string;
    /** Who asks. Only behind a guard other than `public`. */
    caller: Caller;
    /** What the caller sees of the store. Only behind such a guard. */
    store: StoreView;
  };
}

/** The app that routes are registered on. */
export type ApiApp = OpenAPIHono<ServerEnv>;

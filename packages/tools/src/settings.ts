import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { resolveBySystem, type Resolve } from "./http/network.ts";
import { sandboxSettingsSchema, type SandboxSettings } from "./sandbox/settings.ts";

/** Limits and permissions of the tools; every field has a safe default. */
export interface ToolSettings {
  /**
   * Own services the http tools may reach although their addresses are private, as
   * `host:port`, matched exactly against the URL. Default: none.
   */
  allow?: readonly string[];
  /** What the files and http tools put into one result, in bytes of JSON. Default: 256 KiB. */
  maxResultBytes?: number;
  /** Largest result of any tool, in bytes of JSON. Default: 16 MiB. */
  maxOutputBytes?: number;
  /** How much of a response the http tools read, in bytes after decompression. Default: 1 MiB. */
  maxResponseBytes?: number;
  /** What one run may keep in its workspace, in bytes. Default: 50 MiB. */
  workspaceBytes?: number;
  /** Folders whose files `web_search` finds without any service. Default: none. */
  searchFolders?: readonly string[];
  /** Where the index of these files is kept. Default: a file among the temporary ones. */
  searchIndex?: string;
  /** The model that `image_generate` asks where a call names none, as `provider/model`. Default: each must name one. */
  imageModel?: string;
  /** What programs may use, and in which tier of the sandbox they run. */
  sandbox?: SandboxSettings;
  /** Where a launcher of the sandbox is built, where one has to be. Default: a folder among the temporary ones. */
  launcherFolder?: string;
  /** How the http tools turn a host name into addresses. Default: as the system does. */
  resolve?: Resolve;
}

export const defaultSettings: Required<ToolSettings> = {
  allow: [],
  maxResultBytes: 256 * 1024,
  maxOutputBytes: 16 * 1024 * 1024,
  maxResponseBytes: 1024 * 1024,
  workspaceBytes: 50 * 1024 * 1024,
  searchFolders: [],
  searchIndex: join(tmpdir(), `flotilla-search-${userInfo().uid}`, "index.sqlite"),
  imageModel: "",
  sandbox: sandboxSettingsSchema.parse({}),
  launcherFolder: join(tmpdir(), `flotilla-launcher-${userInfo().uid}`),
  resolve: resolveBySystem,
};

export { loadConfig, type Config } from "./config.ts";
export { runPlatform, type PlatformOptions } from "./run-platform.ts";
export { runWorker, type WorkerOptions } from "./run-worker.ts";

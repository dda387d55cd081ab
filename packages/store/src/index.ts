export { openArtifacts, type ArtifactStorage } from "./artifacts/open-artifacts.ts";
export { authDatabase, type AuthDatabase } from "./auth-database.ts";
export { superviseEmbedded } from "./embedded/supervise.ts";
export { migrate } from "./migrate.ts";
export { openStore, type Store } from "./open-store.ts";
export { isUnavailable, openPool } from "./pool.ts";
export type { GoodKey } from "./queries/api-key.ts";
export { homeScope, type Scope } from "./scope.ts";
export type { StoreView } from "./tenant-store.ts";

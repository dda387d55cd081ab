export {
  configuredPriceSchema,
  defaultProviders,
  modelsConfigSchema,
  providerConfigSchema,
  type ModelsConfigInput,
  type ProviderConfigInput,
} from "./config.ts";
export { resetBreaker } from "./route/breaker.ts";
export { checkRoutes, findRoute, targetsOf } from "./route/check-routes.ts";
export {
  openRouter,
  type Judged,
  type Plan,
  type Router,
  type RouterOptions,
} from "./route/open-router.ts";
export { openModels, type Models } from "./models.ts";
export { recordedBrain } from "./recorded/brain.ts";
export { readPrice, type SimulatorBill } from "./simulated/bill.ts";
export type { Brain, SimulatedMessage, SimulatedRequest } from "./simulated/brain.ts";
export {
  faultCatalogue,
  type CataloguedFault,
  type FaultEnd,
} from "./simulated/fault-catalogue.ts";
export type { LedgerEntry } from "./simulated/ledger.ts";
export { headerStyleSchema, type HeaderStyle } from "./simulated/limits.ts";
export { simulatedBrain, simulatedModels } from "./simulated/models.ts";
export { readServedModel } from "./simulated/served-model.ts";
export { startSimulator, type Simulator, type SimulatorOptions } from "./simulated/simulator.ts";
export type { SimulatorState } from "./simulated/tally.ts";
export type { Turn } from "./simulated/turn.ts";
export { estimateTokens } from "./tokens.ts";

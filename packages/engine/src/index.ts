export { answerInterrupt } from "./answer-interrupt.ts";
export { BatchSpeedometer } from "./batch-speed.ts";
export { openCapacity, type OpenCapacity } from "./capacity/open-capacity.ts";
export { loadRows, requireColumns, type LoadedRow, type RowFormat } from "./load-rows.ts";
export { openEngine, type Engine, type EngineOptions } from "./open-engine.ts";
export { checkOutputSchema } from "./output.ts";
export { startableAgent, startRun } from "./start-run.ts";
export { cancelBatch, retryBatch } from "./steer-batch.ts";
export { systemClock } from "./system-clock.ts";

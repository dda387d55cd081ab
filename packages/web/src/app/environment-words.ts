import type { Environment } from "@flotilla/core";

export const environmentWords: Record<Environment, string> = {
  dev: "Development",
  staging: "Staging",
  prod: "Production",
};

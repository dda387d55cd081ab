import { FlotillaError } from "@flotilla/core";
import type { AppParts } from "./app-parts.ts";

/** A provider is ready unless its key is missing; which models it has is not known here. */
export function providerStates({ models, providers }: Pick<AppParts, "models" | "providers">): {
  name: string;
  ready: boolean;
  problem: string | null;
}[] {
  return Object.keys(providers).map((name) => {
    try {
      models.check(`${name}/any`);
    } catch (error) {
      if (error instanceof FlotillaError && error.code === "credentials_missing") {
        return { name, ready: false, problem: error.remedy };
      }
    }
    return { name, ready: true, problem: null };
  });
}

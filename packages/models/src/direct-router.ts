import type { ModelPort, RouterPort } from "@flotilla/core";

/** Every name is its own target. */
export function directRouter(models: Pick<ModelPort, "check">): RouterPort {
  return {
    choose: ({ name }) => Promise.resolve({ model: name }),
    hasOther: () => false,
    report: () => undefined,
    check: models.check,
  };
}

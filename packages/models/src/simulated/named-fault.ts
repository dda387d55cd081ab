import { z } from "zod";
import { faultCatalogue } from "./fault-catalogue.ts";
import { faultSchema, type Fault } from "./fault.ts";

/** A fault, or the name of one in the catalogue. */
export const namedFaultSchema = z.preprocess(
  (given) => (typeof given === "string" ? faultNamed(given) : given),
  faultSchema,
);

/**
 * A model name taken apart: `demo?fault=http&status=429&times=2` is the model `demo` with
 * that fault, `demo?fault=quota-exhausted` with the fault of that name in the catalogue.
 * Throws a ZodError for a fault that does not exist.
 */
export function splitFault(name: string): { model: string; fault: Fault | undefined } {
  const mark = name.indexOf("?");
  if (mark < 0) return { model: name, fault: undefined };
  const { fault = "", ...options } = Object.fromEntries(new URLSearchParams(name.slice(mark + 1)));
  const model = name.slice(0, mark);
  return { model, fault: faultSchema.parse({ ...faultNamed(fault), ...options }) };
}

/** A name that is not in the catalogue is the kind of a fault, without options. */
function faultNamed(name: string): object {
  return Object.hasOwn(faultCatalogue, name) ? (faultCatalogue[name]?.fault ?? {}) : { kind: name };
}

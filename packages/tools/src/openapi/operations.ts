import { FlotillaError, matchesGlob } from "@flotilla/core";
import {
  methods,
  type Method,
  type OpenApiDocument,
  type Operation,
  type PathItem,
} from "./document.ts";
import type { OpenApiSettings } from "./settings.ts";

export interface FoundOperation {
  /** For people: `getPet (get /pets/{id})`. */
  what: string;
  id: string | undefined;
  /** Of its tool. */
  name: string;
  method: Method;
  path: string;
  item: PathItem;
  operation: Operation;
  /** Named in `include` as it is, without a star: it has to work. */
  isWanted: boolean;
}

/** The operations that the settings choose, in the order of the document. Throws `config_invalid` where one chooses nothing. */
export function chosenOperations(
  document: OpenApiDocument,
  settings: Pick<OpenApiSettings, "document" | "prefix" | "include" | "exclude">,
): FoundOperation[] {
  const all = allOperations(document, settings.prefix);
  const fits = (glob: string, { id, method, path }: FoundOperation) =>
    (id !== undefined && matchesGlob(glob, id)) ||
    matchesGlob(glob.toLowerCase(), `${method} ${path}`.toLowerCase());
  const { include, exclude } = settings;
  for (const glob of [...(include ?? []), ...exclude]) {
    if (all.some((one) => fits(glob, one))) continue;
    const known = all.slice(0, 10).map(({ id, what }) => id ?? what);
    throw new FlotillaError(
      "config_invalid",
      `The OpenAPI document ${settings.document} has no operation ${JSON.stringify(glob)}.`,
      {
        remedy: `Name operations by their ids, or as "get /path". It has: ${known.join(", ")}${all.length > 10 ? ", …" : ""}.`,
      },
    );
  }
  const isChosen = (one: FoundOperation) =>
    (include?.some((glob) => fits(glob, one)) ?? true) && !exclude.some((glob) => fits(glob, one));
  const chosen = all.filter(isChosen);
  for (const one of chosen) {
    one.isWanted = include?.some((glob) => !glob.includes("*") && fits(glob, one)) ?? false;
  }
  return chosen;
}

function allOperations(document: OpenApiDocument, prefix: string | undefined): FoundOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method): FoundOperation[] => {
      const operation = item[method];
      if (!operation) return [];
      const id = operation.operationId;
      const what = id === undefined ? `${method} ${path}` : `${id} (${method} ${path})`;
      const name = toolName(id ?? `${method} ${path}`, prefix);
      return [{ what, id, name, method, path, item, operation, isWanted: false }];
    }),
  );
}

/** `getPetById` is `get_pet_by_id`. */
function toolName(id: string, prefix: string | undefined): string {
  const words = id
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const name = prefix ? `${prefix}_${words}` : /^[a-z]/.test(words) ? words : `call_${words}`;
  return name.slice(0, 64).replace(/_+$/, "");
}

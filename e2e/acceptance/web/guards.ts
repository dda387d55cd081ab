import { permissionSchema, type Permission } from "@flotilla/core";

/** What each operation of the API asks of its caller. */
export interface Guards {
  /** The permission; undefined: whoever is signed in may, or anybody. Throws where nothing is known of it. */
  of(method: string, path: string): Permission | undefined;
}

interface Document {
  paths: Record<string, Record<string, { "x-permission"?: string }>>;
}

/** As the platform's own document says. Routes of sign-in are about one's own account, and everybody's. */
export async function readGuards(url: string): Promise<Guards> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const known = Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      // What has no parameters is told first.
      isPlain: !template.includes("{"),
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
      guard: operation["x-permission"] ?? "",
    })),
  );
  const ordered = known.toSorted((a, b) => Number(b.isPlain) - Number(a.isPlain));
  return {
    of(method, path) {
      if (path.startsWith("/api/auth/")) return undefined;
      const found = ordered.find((one) => one.method === method && one.pattern.test(path));
      if (!found) throw new Error(`The API's document says nothing of ${method} ${path}.`);
      return permissionSchema.safeParse(found.guard).data;
    },
  };
}

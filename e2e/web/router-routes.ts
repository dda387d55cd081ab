import type { Page } from "playwright-core";

/** A route of the web app's router, with the views that its address can name. */
export interface RouterRoute {
  path: string;
  views: string[];
}

interface Schema {
  def?: { type: string; innerType?: Schema; entries?: Record<string, string> };
  shape?: Record<string, Schema>;
}

interface RouterWindow {
  __TSR_ROUTER__: {
    routesByPath: Record<string, { fullPath: string; options: { validateSearch?: Schema } }>;
  };
}

/** As the running app has them. */
export async function routerRoutes(page: Page): Promise<RouterRoute[]> {
  return page.evaluate(() => {
    const { routesByPath } = (globalThis as unknown as RouterWindow).__TSR_ROUTER__;
    const wordsOf = (schema: Schema | undefined): string[] => {
      const { innerType, entries = {} } = schema?.def ?? {};
      return innerType ? wordsOf(innerType) : Object.values(entries);
    };
    return Object.values(routesByPath).map(({ fullPath, options }) => ({
      path: fullPath,
      views: wordsOf(options.validateSearch?.shape?.["view"]),
    }));
  });
}

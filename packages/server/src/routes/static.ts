import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";

const notBuilt = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Flotilla</title></head>
  <body>
    <h1>The web app was not built</h1>
    <p>Run <code>npm run build</code>, then start the server again.</p>
    <p>The <a href="./docs">API</a> and the command line work without it.</p>
  </body>
</html>
`;

/**
 * The web app: its files, compressed as the build left them beside, and its start page for every address that is one of its own pages. Must
 * be the last routes of the app.
 */
export function staticRoutes(
  app: ApiApp,
  { webRoot, mountPath = "/" }: Pick<AppParts, "webRoot" | "mountPath">,
): void {
  if (webRoot === null) {
    app.use(
      "*",
      forPages(async (c) => c.html(notBuilt)),
    );
    return;
  }
  const startPage = (c: Context<ServerEnv>) => answerStartPage(c, webRoot, mountPath);
  app.get("/", startPage).get("/index.html", startPage);
  app.use("*", withCaching(serveStatic<ServerEnv>({ root: webRoot, precompressed: true })));
  app.use("*", forPages(startPage));
}

/**
 * The start page as this answer needs it: it says where the app is mounted, and by which nonce the style elements that
 * the app makes are known as its own. So no cache keeps it.
 */
async function answerStartPage(c: Context<ServerEnv>, root: string, mountPath: string) {
  const page = await readFile(join(root, "index.html"), "utf8");
  const nonce = c.get("secureHeadersNonce") ?? "";
  c.header("cache-control", "no-store");
  return c.html(
    page
      .replace('<base href="/" />', () => `<base href="${escapeAttribute(mountPath)}" />`)
      .replace('nonce="" />', () => `nonce="${nonce}" />`),
  );
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

type Handler = Parameters<typeof createMiddleware<ServerEnv>>[0];

/** Files below assets/ carry a hash of their content in their names: they never change. */
function withCaching(files: Handler) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    const answer = await files(c, next);
    const hashed = c.req.path.startsWith("/assets/");
    const caching = hashed ? "public, max-age=31536000, immutable" : "no-cache";
    // Without such a file the answer is that of the handlers behind.
    if (!(answer instanceof Response)) return undefined;
    answer.headers.set("cache-control", caching);
    return answer;
  });
}

/** Only where a browser asks for a page: a missing file or API route stays not found. */
function forPages(handler: Handler) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    const { method, path } = c.req;
    const asks = (method === "GET" || method === "HEAD") && accepts(c.req.header("accept"));
    const page = asks && !path.startsWith("/api/") && !path.startsWith("/assets/");
    return page ? handler(c, next) : next();
  });
}

function accepts(header: string | undefined): boolean {
  return header?.includes("text/html") ?? false;
}

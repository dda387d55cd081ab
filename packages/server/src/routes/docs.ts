import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import type { ApiApp } from "../app-parts.ts";
import { openApiDocument } from "../openapi.ts";

const swaggerUi = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));

/** Scripts are files of their own: the content security policy allows no inline ones. */
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Flotilla API</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="./docs/swagger-ui.css" />
    <link rel="icon" href="./docs/favicon-32x32.png" type="image/png" />
  </head>
  <body>
    <div id="api"></div>
    <script src="./docs/swagger-ui-bundle.js"></script>
    <script src="./docs/start.js"></script>
  </body>
</html>
`;
const start = `SwaggerUIBundle({ url: "./openapi.json", dom_id: "#api", deepLinking: true });\n`;

/** The OpenAPI document of the app's routes, and Swagger UI to read and try it. */
export function docsRoutes(app: ApiApp, version: string): void {
  let document: object | undefined;
  app.get("/openapi.json", (c) => c.json((document ??= openApiDocument(app, version))));
  app.get("/docs", (c) => c.html(page));
  app.get("/docs/", (c) => c.redirect("../docs"));
  app.get("/docs/start.js", (c) => c.body(start, 200, { "content-type": "text/javascript" }));
  app.get(
    "/docs/:file{swagger-ui\\.css|swagger-ui-bundle\\.js|favicon-32x32\\.png}",
    serveStatic({ root: swaggerUi, rewriteRequestPath: (path) => path.slice("/docs".length) }),
  );
}

import type { Page } from "playwright-core";

/**
 * What goes wrong on a page, in order: errors that it logs or does not catch, what its content security policy refuses,
 * and requests that fail.
 *
 * @param isExpected says of a failed request, as `404 /api/v1/…`, that the page reckons with it
 */
export function watchPage(page: Page, isExpected: (request: string) => boolean): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`not caught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // Chromium writes a line for each failed request, which is noted below.
    if (message.text().startsWith("Failed to load resource")) return;
    faults.push(`logged: ${message.text()}`);
  });
  page.on("response", (response) => {
    if (response.status() < 400) return;
    const request = `${response.status()} ${new URL(response.url()).pathname}`;
    if (!isExpected(request)) faults.push(request);
  });
  page.on("requestfailed", (request) => {
    // What was asked for is given up when one goes elsewhere.
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") faults.push(`${why} ${new URL(request.url()).pathname}`);
  });
  return faults;
}

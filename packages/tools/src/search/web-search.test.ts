import type { OpenedConnection } from "@flotilla/core";
import type { IncomingMessage, RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { serve } from "../http/test-server.ts";
import { openTools } from "../registry.ts";
import { testContext } from "../test-context.ts";

type Service = "searxng" | "brave" | "tavily";

interface Asked {
  method: string | undefined;
  url: URL;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A search service that answers with what it is given, and notes how it was asked. */
async function service(kind: Service, answer: object | string | RequestListener) {
  const asked: Asked[] = [];
  const server = await serve((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? "", "http://x");
      asked.push({ method: request.method, url, headers: request.headers, body });
      if (typeof answer === "function") return answer(request, response);
      const content = typeof answer === "string" ? answer : JSON.stringify(answer);
      return response.writeHead(200, { "content-type": "application/json" }).end(content);
    });
  });
  const paths = { searxng: "/sx/", brave: "/res/v1/web/search", tavily: "/search" };
  const opened: OpenedConnection<"search"> = {
    name: "web",
    settings: { kind: "search", service: kind, url: `http://${server.host}${paths[kind]}` },
    login: { user: null, secret: "key-123" },
  };
  const port = await openTools({ settings: { allow: [server.host] } });
  const labels: string[] = [];
  const search = (input: object) =>
    port.call(
      "web_search",
      { query: "tide tables", ...input },
      testContext({
        connection: async () => opened as never,
        label: (...more) => void labels.push(...more),
      }),
    );
  return { asked, search, labels };
}

const searxng = {
  query: "tide tables",
  number_of_results: 0,
  results: [
    {
      url: "https://tides.test/a",
      title: "Tides &amp; times",
      content: "High water at <b>Dover</b>",
      publishedDate: "2026-02-03T00:00:00",
      ...{ engine: "brave", parsed_url: ["https", "tides.test", "/a", "", "", ""], score: 1.5 },
      ...{ engines: ["brave"], positions: [1], template: "default.html", category: "general" },
    },
    { url: "javascript:alert(1)", title: "trap", content: "", engine: "x" },
    { url: "https://tides.test/a", title: "The same again", content: "", engine: "y" },
    { title: "no url" },
    { url: "https://b.test/", title: null, content: null, publishedDate: null },
  ],
  ...{ answers: [], corrections: [], infoboxes: [], suggestions: [], unresponsive_engines: [] },
};

describe("SearXNG", () => {
  test("is asked in its form, and its results are read", async () => {
    const { asked, search, labels } = await service("searxng", searxng);
    const found = await search({ page: 3, site: "tides.test", within: "week" });
    expect(found).toEqual({
      results: [
        {
          title: "Tides & times",
          url: "https://tides.test/a",
          snippet: "High water at **Dover**",
          published: expect.stringMatching(/^2026-02-0[23]T/) as string,
          source: "searxng",
        },
        { title: "b.test", url: "https://b.test/", snippet: "", source: "searxng" },
      ],
      hasMore: true,
    });
    const [{ url, method, headers }] = asked as [Asked];
    expect(method).toBe("GET");
    expect(url.pathname).toBe("/sx/search");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ q: "tide tables site:tides.test", format: "json", pageno: "3", time_range: "week" },
    });
    expect(headers.authorization).toBe("Bearer key-123");
    expect(labels).toEqual(["web"]);
  });
});

describe("Brave", () => {
  const answer = {
    type: "search",
    query: { original: "tide tables", more_results_available: true },
    mixed: { type: "mixed", main: [] },
    web: {
      type: "search",
      family_friendly: true,
      results: [
        {
          title: "<strong>Tide</strong> tables",
          url: "https://tides.test/b",
          description: "It&#x27;s <strong>high</strong> at six",
          page_age: "2026-01-02T03:04:05",
          ...{ age: "January 2, 2026", language: "en", is_source_local: false },
        },
      ],
    },
  };
  test("is asked in its form, and its results are read", async () => {
    const { asked, search } = await service("brave", answer);
    expect(await search({ page: 2, limit: 20, within: "year" })).toMatchObject({
      results: [
        {
          title: "**Tide** tables",
          url: "https://tides.test/b",
          snippet: "It's **high** at six",
          source: "brave",
        },
      ],
      hasMore: true,
    });
    const [{ url, headers }] = asked as [Asked];
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ q: "tide tables", count: "20", offset: "1", freshness: "py" },
    });
    expect(headers["x-subscription-token"]).toBe("key-123");
    expect(headers.accept).toBe("application/json");
  });

  test("that finds nothing has no web results", async () => {
    const { search } = await service("brave", { type: "search", query: { original: "x" } });
    expect(await search({})).toEqual({ results: [], hasMore: false });
  });
});

describe("Tavily", () => {
  const results = Array.from({ length: 11 }, (_, index) => ({
    ...{ url: `https://t.test/${index}`, title: `T ${index}`, content: "text", score: 0.9 },
    ...{ raw_content: null, published_date: "Mon, 05 Jan 2026 10:00:00 GMT" },
  }));
  test("is asked in its form, and its results are cut into pages", async () => {
    const answer = { query: "tide tables", answer: null, images: [], results, response_time: 1.2 };
    const { asked, search } = await service("tavily", answer);
    const found = (await search({ page: 2, limit: 5, site: "t.test", within: "month" })) as unknown;
    expect(found).toMatchObject({
      results: [5, 6, 7, 8, 9].map((index) => ({
        url: `https://t.test/${index}`,
        published: "2026-01-05T10:00:00.000Z",
      })),
      hasMore: true,
    });
    const [{ method, headers, body }] = asked as [Asked];
    expect(method).toBe("POST");
    expect(headers.authorization).toBe("Bearer key-123");
    expect(JSON.parse(body)).toEqual({
      ...{ query: "tide tables", search_depth: "basic", max_results: 11, time_range: "month" },
      include_domains: ["t.test"],
    });
  });
});

describe("a service that does not answer with results", () => {
  const status =
    (code: number, headers: Record<string, string> = {}, body = ""): RequestListener =>
    (_request, response) =>
      response.writeHead(code, headers).end(body);
  test.each<[string, RequestListener | string, object]>([
    ["429", status(429, { "retry-after": "7" }), { transient: true, retryAfterMs: 7_000 }],
    [
      "429 as Brave says it",
      status(429, { "x-ratelimit-reset": "1, 1419704" }),
      { transient: true, retryAfterMs: 1_000 },
    ],
    ["503", status(503), { transient: true }],
    ["401", status(401, {}, '{"detail":{"error":"bad key"}}'), { transient: false }],
    ["403", status(403), { remedy: expect.stringContaining("connections add") as string }],
    ["432 of Tavily's plan", status(432), { transient: false }],
    ["a redirect", status(302, { location: "http://127.0.0.1/" }), { transient: false }],
    ["a page", "<html>", { message: expect.stringContaining("something else") as string }],
    ["null", "null", { message: expect.stringContaining("something else") as string }],
    ["a list", "[]", { message: expect.stringContaining("something else") as string }],
    [
      "another form",
      '{"results":{"a":1},"web":{}}',
      { message: expect.stringContaining("something else") as string },
    ],
    [
      "endless text",
      `{"results":["${"x".repeat(5_000_000)}"]}`,
      { message: expect.stringContaining("something else") as string },
    ],
    [
      "half an answer",
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" }).write('{"results"');
        setTimeout(() => response.destroy(), 20);
      },
      { transient: true },
    ],
  ])("but with %s fails, and says what to do", async (_what, answer, expected) => {
    for (const kind of ["searxng", "brave", "tavily"] as const) {
      const { search } = await service(kind, answer);

      await expect(search({})).rejects.toMatchObject({ code: "tool_failed", ...expected });
    }
  });

  test("at a private address that nobody allowed is not asked", async () => {
    const server = await serve((_request, response) => response.end("{}"));
    const port = await openTools();
    const settings = { kind: "search", service: "searxng", url: `http://${server.host}/` };
    const connection = async () => ({ name: "web", settings, login: null }) as never;
    const context = testContext({ connection });
    await expect(port.call("web_search", { query: "x" }, context)).rejects.toMatchObject({
      code: "tool_forbidden",
    });
    expect(server.seen).toEqual([]);
  });
});

test("without a service and without folders there is nothing to search", async () => {
  const port = await openTools();
  await expect(port.call("web_search", { query: "x" }, testContext())).rejects.toMatchObject({
    message: "There is no search connection.",
  });
  const files = port.call("web_search", { query: "x", in: "files" }, testContext());
  await expect(files).rejects.toMatchObject({
    remedy: expect.stringContaining("searchFolders") as string,
  });
});

import { describe, expect, test } from "vitest";
import { docxWith, zipBomb } from "../../test/hostile-documents.ts";
import { openTools } from "../registry.ts";
import { testContext } from "../test-context.ts";
import { serve } from "./test-server.ts";

interface Page {
  title?: string;
  byline?: string;
  published?: string;
  language?: string;
  body: string;
  note?: string;
  truncated: boolean;
  nextOffset?: number;
}

async function fetchPage(page: string | Buffer, input: object = {}, type = "text/html") {
  const server = await serve((_request, response) =>
    response.writeHead(200, { "content-type": type }).end(page),
  );
  const port = await openTools({ settings: { allow: [server.host] } });
  const url = `http://${server.host}/a/page.html`;
  const result = await port.call("http_fetch", { url, ...input }, testContext({ attempt: 4 }));
  return { ...(result as unknown as Page), host: server.host };
}

const sentence = "The river rises in the hills, turns east at the mill, and meets the sea. ";
const news = `<!doctype html><html lang="en"><head>
  <title>River report</title><meta name="author" content="Ann Bell">
  <meta property="article:published_time" content="2026-03-04T05:06:07Z">
  <script>var secret = "never shown";</script><style>p { color: red }</style></head>
  <body><nav><ul><li><a href="/home">Home</a></li><li><a href="/about">About us</a></li></ul></nav>
  <article><h1>River report</h1><p>${sentence.repeat(8)}</p>
  <h2>Levels</h2>
  <table><caption>Metres</caption><thead><tr><th>Place</th><th>Level | now</th></tr></thead>
  <tbody><tr><td>Mill</td><td>1.5</td></tr><tr><td colspan="2"><a href="../sea">Sea</a></td></tr></tbody></table>
  <ul><li>first<ol><li>inner</li></ol></li><li><b>second</b> and <i>third</i></li></ul>
  <pre><code class="language-sql">select 1;
  select 2;</code></pre>
  <p>See <a href="details?x=1&amp;y=2#z">the details</a>. ${sentence.repeat(8)}</p></article>
  <footer>Imprint and cookies</footer></body></html>`;

describe("a page", () => {
  test("is read as its main text in Markdown, with what it says of itself", async () => {
    const { host, ...page } = await fetchPage(news);
    expect(page).toMatchObject({
      title: "River report",
      byline: "Ann Bell",
      published: "2026-03-04T05:06:07Z",
      language: "en",
      truncated: false,
    });
    expect(page.body).toContain(sentence.trim());
    expect(page.body).toContain("## Levels");
    expect(page.body).toContain(
      `| Place | Level \\| now |\n| --- | --- |\n| Mill | 1.5 |\n| [Sea](http://${host}/sea) |  |`,
    );
    expect(page.body).toContain("```sql\nselect 1;\n  select 2;\n```");
    expect(page.body).toContain(`[the details](http://${host}/a/details?x=1&y=2#z)`);
    expect(page.body).toMatch(/\*\*second\*\* and \*third\*/);
    for (const noise of ["Imprint", "About us", "never shown", "color: red"]) {
      expect(page.body).not.toContain(noise);
    }
  });

  test("is given whole, or as it was sent, where that is asked for", async () => {
    const text = await fetchPage(news, { as: "text" });
    expect(text.body).toContain(`[About us](http://${text.host}/about)`);
    expect(text.body).toContain("Imprint and cookies");
    expect(text.body).not.toContain("never shown");
    const raw = await fetchPage(news, { as: "raw" });
    expect(raw.body).toBe(news);
    expect(raw.title).toBeUndefined();
  });

  test("that has no main text is given whole", async () => {
    const page = await fetchPage("<p>Only <b>this</b> &lt;here&gt; &amp; now.</p>");
    expect(page.body).toBe("Only **this** <here> & now.");
  });

  test("does not show a model what it hides from people", async () => {
    const hidden = ["display:none", "color:red; DISPLAY : none !important", "visibility: hidden"];
    const words = hidden.map((style, index) => `<div style="${style}">trap ${index}</div>`);
    const page = `<body>${words.join("")}<p hidden>trap</p><p aria-hidden="true">trap</p>
      <template>trap</template><noscript>trap</noscript><!-- trap --><p>${sentence.repeat(9)}</p>`;
    for (const as of ["readable", "text"]) {
      const { body } = await fetchPage(page, { as });
      expect(body).toContain("the sea");
      expect(body).not.toContain("trap");
    }
  });

  test("leads only to web addresses", async () => {
    const links = ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "  //b.test/c"];
    const page = links.map((href, index) => `<p><a href="${href}">l${index}</a></p>`).join("");
    const { body } = await fetchPage(page, { as: "text" });
    expect(body).toBe("l0\n\nl1\n\nl2\n\n[l3](http://b.test/c)");
  });

  test("is read on from an offset of its text", async () => {
    const long = `<article>${`<p>${sentence.repeat(20)}</p>`.repeat(40)}</article>`;
    const settings = { maxResultBytes: 40 * 1024 };
    const server = await serve((_request, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end(long),
    );
    const port = await openTools({ settings: { allow: [server.host], ...settings } });
    let text = "";
    let offset: number | undefined = 0;
    while (offset !== undefined) {
      const input = { url: `http://${server.host}/`, offset };
      const page = (await port.call("http_fetch", input, testContext())) as unknown as Page;
      text += page.body;
      offset = page.nextOffset;
    }
    expect(text.split("\n\n")).toHaveLength(40);
  });
});

describe("a document", () => {
  const type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  const paragraph = `<w:p><w:r><w:t>${sentence}</w:t></w:r></w:p>`;
  const xml = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${paragraph}</w:body></w:document>`;

  test("is read as its text, or left out where it is asked for as it was sent", async () => {
    const page = await fetchPage(docxWith(xml), {}, type);
    expect(page.body).toContain(sentence.trim());
    const raw = await fetchPage(docxWith(xml), { as: "raw" }, type);
    expect(raw).toMatchObject({ body: "", note: expect.stringContaining("binary") as string });
  });

  test("that is made to use things up fails, and says so", async () => {
    await expect(fetchPage(zipBomb(), {}, type)).rejects.toMatchObject({ code: "tool_failed" });
  });
});

describe("a charset", () => {
  const cyrillic = Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]);
  test.each([
    ["a byte order mark", "text/html; charset=latin1", Buffer.from("\ufeff<p>é"), "é"],
    ["the content type", "text/html; charset=windows-1251", cyrillic, "Привет"],
    [
      "the page itself",
      "text/html",
      Buffer.concat([Buffer.from('<meta charset="windows-1251"><p>'), cyrillic]),
      "Привет",
    ],
    ["its being UTF-8", "text/html", Buffer.from("<p>žluťoučký"), "žluťoučký"],
    [
      "the letters",
      "text/html",
      Buffer.concat([Buffer.from("<p>"), ...Array<Buffer>(30).fill(cyrillic)]),
      "Привет".repeat(30),
    ],
    ["nothing at all", "text/html", Buffer.from("<p>caf\xe9", "latin1"), "café"],
  ])("is told by %s", async (_how, type, body, text) => {
    expect((await fetchPage(body, {}, type)).body).toBe(text);
  });
});

describe("a hostile page", () => {
  const size = 900_000;
  const fill = (piece: string) => piece.repeat(Math.ceil(size / piece.length));
  test.each([
    ["deep nesting", `${fill("<div>")}the end`, "the end"],
    ["deep formatting", `${fill("<b><i>")}the end`, "the end"],
    ["nested tables", `${fill("<table><tr><td>")}the end`, "the end"],
    ["a flood of entities", `<p>${fill("&amp;&lt;&#x41;")}</p><p>the end</p>`, "&<A&<A"],
    ["a flood of brackets", `<p>the start</p>${fill("<")}`, "the start"],
    ["open comments", `<p>the start</p>${fill("<!--")}`, "the start"],
    ["a huge attribute", `<p title="${fill("x")}">the end</p>`, "the end"],
    ["many attributes", `<p ${fill("a1=1 b2='2' ")}>the end</p>`, "the end"],
    ["many small elements", `${fill("<p>a, b</p>")}<p>the end`, "a, b"],
    ["a flood of white space", `<p>a${fill(" \n\t")}b</p>`, "b"],
    ["table marks in text", `<table><tr><td>\u{E000}\u{E001}x<td>the end</table>`, "the end"],
  ])("of %s is read, and blocks nobody", async (_what, page, text) => {
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }, 5);
    const { body } = await fetchPage(page);
    clearInterval(timer);
    expect(body).toContain(text);
    // A thread works on it; the event loop only hands it over. Generous, since others use the machine too.
    expect(longest).toBeLessThan(1_500);
  });
});

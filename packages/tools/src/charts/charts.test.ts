import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { imageSize } from "image-size";
import { expect, test } from "vitest";
import type { Json, ToolContext } from "@flotilla/core";
import { callTool } from "../call.ts";
import { testContext } from "../test-context.ts";
import type { Tool } from "../tool.ts";
import { chartRender } from "./chart-render.ts";
import { chartKinds } from "./chart.ts";
import { safeSvg } from "./safe-svg.ts";
import { svgRender } from "./svg-render.ts";

type Kept = Parameters<ToolContext["keep"]>[0];

async function render(tool: Tool, asked: Json, file?: string) {
  const kept: Kept[] = [];
  const context = testContext({
    keep: async (content) => {
      kept.push(content);
      return { id: `art_${kept.length}`, mediaType: content.mediaType, bytes: 0 };
    },
  });
  if (file !== undefined) await writeFile(join(await context.workspace(), "a.svg"), file);
  const answer = await callTool(tool, asked, context, 2 ** 20);
  const [svg, png] = kept;
  if (!svg || !png) throw new Error("nothing was kept");
  return { answer, svg: Buffer.from(svg.content).toString(), png: Buffer.from(png.content), kept };
}

const data = [
  { month: "2026-01-01", amount: 12, region: "North <&>" },
  { month: "2026-02-01", amount: 17.5, region: "North <&>" },
  { month: "2026-01-01", amount: 9, region: "Süd" },
  { month: "2026-02-01", amount: -3, region: "Süd" },
];

test.each(chartKinds)("a %s chart is drawn as SVG and PNG", async (kind) => {
  const x = kind === "histogram" ? "amount" : "month";
  const asked = { kind, title: "Sales", data, x, y: "amount", series: "region", name: "sales" };
  const { answer, svg, png, kept } = await render(chartRender, asked);
  expect(kept.map(({ name, mediaType }) => [name, mediaType])).toEqual([
    ["sales.svg", "image/svg+xml"],
    ["sales.png", "image/png"],
  ]);
  expect(svg).toContain(">Sales</text>");
  if (kind !== "pie") expect(svg).toContain("North &lt;&amp;&gt;");
  expect((svg.match(/<(?:path|rect|circle)\b/g) ?? []).length).toBeGreaterThan(3);
  const { width, height } = answer as { width: number; height: number };
  expect(imageSize(png)).toMatchObject({ type: "png", width, height });
  // A blank picture of this size has less.
  expect(png.length).toBeGreaterThan(5_000);
});

test("fields are names and nothing else, whatever they are called", async () => {
  const field = "a.b[0]'\\\"; datum.x";
  const odd = [
    { [field]: "p", "toString()": 1 },
    { [field]: "q", "toString()": 2 },
  ];
  const { svg } = await render(chartRender, { kind: "bar", data: odd, x: field, y: "toString()" });
  expect(svg).toContain(">toString()</text>");
  expect(svg).toContain(">p</text>");
});

test.each([
  [{ kind: "bar", data, x: "month" }, /needs y/],
  [{ kind: "bar", data, x: "month", y: "total" }, /No row has the field "total"/],
  [{ kind: "heatmap", data, x: "month", y: "amount" }, /needs series/],
  [{ kind: "line", data: [{ a: 1, b: "12 EUR" }], x: "a", y: "b" }, /not all numbers/],
])("what cannot be drawn is refused with what to do", async (asked, message) => {
  await expect(render(chartRender, asked)).rejects.toMatchObject({
    code: "tool_input_invalid",
    message: expect.stringMatching(message) as string,
  });
});

const hostile = `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20" onload="steal()">
<script>steal()</script><style>@import url(http://a.test/x.css);</style><style>rect{fill:red}</style>
<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="http://a.test"/></body></foreignObject>
<image href="http://a.test/pixel.png" width="1" height="1"/><image xlink:href="file:///etc/passwd" width="1" height="1"/>
<image href="data:image/svg+xml;base64,AAAA" width="1" height="1"/><use href="http://a.test/b.svg#x"/>
<a href="javascript:steal()"><text>no</text></a><rect id="r" width="40" height="20" style="fill:url(http://a.test/f)" onclick="steal()"/>
<rect width="4" height="4" fill="url(#g)"/><animate attributeName="href" to="javascript:steal()"/><text x="1" y="9">1 &lt; 2</text></svg>`;

test("an SVG is drawn without what could do harm where it is opened", async () => {
  const { svg, png, answer } = await render(svgRender, { path: "a.svg", width: 80 }, hostile);
  for (const harm of [
    "steal",
    "a.test",
    "passwd",
    "script",
    "foreignObject",
    "iframe",
    "onload",
    "@import",
    "animate",
    "javascript",
  ]) {
    expect(svg).not.toContain(harm);
  }
  expect(svg).toContain("rect{fill:red}");
  expect(svg).toContain('fill="url(#g)"');
  expect(svg).toContain("1 &lt; 2");
  expect(answer).toMatchObject({ width: 80, height: 40 });
  expect(imageSize(png)).toMatchObject({ width: 80, height: 40 });
});

const entities = Array.from(
  { length: 10 },
  (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`,
);

test.each([
  [
    "entities",
    `<!DOCTYPE svg [<!ENTITY e0 "x">${entities.join("")}]><svg><text>&e9;</text></svg>`,
    /document type/,
  ],
  ["no SVG", "<html/>", /no SVG/],
  ["nothing", "", /root element/],
  ["broken XML", "<svg><g></svg>", /not well-formed/],
  ["nesting", `<svg>${"<g>".repeat(100_000)}`, /deep/],
  [
    "repetition that doubles itself",
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs><g id="u0"><rect width="1" height="1"/></g>${Array.from({ length: 40 }, (_, at) => `<g id="u${at + 1}">${`<use href="#u${at}"/>`.repeat(10)}</g>`).join("")}</defs><use href="#u40"/></svg>`,
    /cannot be drawn/,
  ],
])(
  "an SVG of %s is refused, and the next is drawn",
  async (_, svg, message) => {
    await expect(render(svgRender, { svg })).rejects.toMatchObject({
      code: expect.stringMatching(/^tool_(?:failed|input_invalid)$/) as string,
      message: expect.stringMatching(message) as string,
    });
    const fine = '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>';
    expect((await render(svgRender, { svg: fine })).answer).toMatchObject({ width: 3, height: 2 });
  },
  90_000,
);

test("what is made harmless stays as it is", () => {
  const once = safeSvg(hostile);
  expect(safeSvg(once)).toBe(once);
});

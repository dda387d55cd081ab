import type { Block, TableCell, TextRun } from "../document.ts";
import { fontFile } from "./font-file.ts";

/** What of pdfmake is used; it brings no types. */
interface PdfMake {
  setFonts(fonts: Record<string, Record<string, string>>): void;
  setUrlAccessPolicy(allow: (url: string) => boolean): void;
  setLocalAccessPolicy(allow: (path: string) => boolean): void;
  createPdf(definition: object): { getBuffer(): Promise<Uint8Array> };
}

/** Named apart: there are no types for it. */
const pdfMake: string = "pdfmake";

type Node = Record<string, unknown>;

const sizes = [20, 16, 14, 12.5, 11.5, 11];
const size = 10.5;

/** Blocks as a PDF in A4 with the numbers of pages, in a font that has most letters but those of East Asia. */
export async function writePdf(
  blocks: readonly Block[],
  title: string | undefined,
): Promise<Uint8Array> {
  const { default: pdfmake } = (await import(pdfMake)) as { default: PdfMake };
  const face = (name: string) => fontFile(name);
  pdfmake.setFonts({
    Sans: {
      normal: face("DejaVuSans"),
      bold: face("DejaVuSans-Bold"),
      italics: face("DejaVuSans-Oblique"),
      bolditalics: face("DejaVuSans-BoldOblique"),
    },
    Mono: {
      normal: face("DejaVuSansMono"),
      bold: face("DejaVuSansMono-Bold"),
      italics: face("DejaVuSansMono-Oblique"),
      bolditalics: face("DejaVuSansMono-BoldOblique"),
    },
  });
  // The fonts are all that it reads.
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => path.endsWith(".ttf"));
  const document = pdfmake.createPdf({
    pageSize: "A4",
    pageMargins: [56, 56, 56, 56],
    info: { ...(title !== undefined && { title }), creator: "Flotilla", producer: "Flotilla" },
    defaultStyle: { font: "Sans", fontSize: size, lineHeight: 1.2 },
    footer: (page: number, pages: number) => ({
      text: `${page} / ${pages}`,
      alignment: "center",
      fontSize: 8,
      color: "#666666",
    }),
    content: contentOf(blocks),
  });
  return new Uint8Array(await document.getBuffer());
}

function contentOf(blocks: readonly Block[]): Node[] {
  let breaks = false;
  return blocks.flatMap((block) => {
    if (block.kind === "page-break") {
      breaks = true;
      return [];
    }
    const node = nodeOf(block);
    if (breaks) node["pageBreak"] = "before";
    breaks = false;
    return [node];
  });
}

function nodeOf(block: Exclude<Block, { kind: "page-break" }>): Node {
  switch (block.kind) {
    case "heading": {
      const fontSize = sizes[Math.min(block.level, sizes.length) - 1] ?? size;
      return {
        text: runs(block.runs),
        fontSize,
        bold: true,
        margin: [0, 10, 0, 5],
        headlineLevel: block.level,
      };
    }
    case "paragraph":
      return { text: runs(block.runs), margin: [0, 0, 0, 6] };
    case "quote":
      return { text: runs(block.runs), italics: true, color: "#444444", margin: [16, 0, 0, 6] };
    case "code":
      return {
        text: block.text,
        font: "Mono",
        fontSize: 9,
        preserveLeadingSpaces: true,
        margin: [8, 2, 0, 8],
      };
    case "item":
      return {
        columns: [
          { text: block.number ?? "•", width: 20 },
          { text: runs(block.runs), width: "*" },
        ],
        margin: [8 + block.depth * 16, 0, 0, 3],
      };
    case "rule":
      return {
        canvas: [
          { type: "line", x1: 0, y1: 0, x2: 483, y2: 0, lineWidth: 0.5, lineColor: "#999999" },
        ],
        margin: [0, 6, 0, 6],
      };
    case "table":
      return tableNode(block.rows);
  }
}

function tableNode(rows: readonly (readonly TableCell[])[]): Node {
  const width = Math.max(...rows.map((row) => row.length));
  const body = rows.map((row, at) =>
    Array.from({ length: width }, (_, column): Node => {
      const { text = "", runs: own = [{ text }], align = "left" } = row[column] ?? {};
      return {
        text: runs(own),
        alignment: align,
        ...(at === 0 && { bold: true, fillColor: "#eeeeee" }),
      };
    }),
  );
  const widths = Array.from({ length: width }, () => (width > 6 ? "*" : "auto"));
  return {
    table: { headerRows: 1, dontBreakRows: true, widths, body },
    layout: {
      hLineWidth: () => 0.5,
      vLineWidth: () => 0.5,
      hLineColor: () => "#888888",
      vLineColor: () => "#888888",
    },
    margin: [0, 4, 0, 10],
  };
}

function runs(list: readonly TextRun[]): Node[] {
  return list.map(({ text, bold, italic, strike, code, link }) => ({
    text,
    ...(bold && { bold }),
    ...(italic && { italics: true }),
    ...(strike && { decoration: "lineThrough" }),
    ...(code && { font: "Mono" }),
    ...(link !== undefined && { link, color: "#0b5cad", decoration: "underline" }),
  }));
}

import type * as Docx from "docx";
import type { Block, TableCell, TextRun } from "../document.ts";

const bullets = ["•", "◦", "▪"];
const deepest = 8;
const depths = Array.from({ length: deepest + 1 }, (_, depth) => depth);
const indent = 400;

/** Blocks as a DOCX in A4 with the numbers of pages, in styles that every word processor knows. */
export async function writeDocx(
  blocks: readonly Block[],
  title: string | undefined,
): Promise<Uint8Array> {
  const docx = await import("docx");
  const { AlignmentType, Document, Footer, Packer, PageNumber, Paragraph } = docx;
  const footer = new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [new docx.TextRun({ children: [PageNumber.CURRENT] })],
  });
  const document = new Document({
    ...(title !== undefined && { title }),
    creator: "Flotilla",
    styles: {
      default: { document: { run: { font: "Liberation Sans", size: 22 } } },
      paragraphStyles: [
        { id: "Code", name: "Code", basedOn: "Normal", run: { font: "Liberation Mono", size: 19 } },
        {
          id: "Quote",
          name: "Quote",
          basedOn: "Normal",
          run: { italics: true },
          paragraph: { indent: { left: indent } },
        },
      ],
    },
    numbering: {
      config: [
        { reference: "bullets", levels: bulletLevels(docx) },
        ...startsOf(blocks).map((start) => ({
          reference: `numbers-${start}`,
          levels: numberLevels(docx, start),
        })),
      ],
    },
    sections: [
      {
        footers: { default: new Footer({ children: [footer] }) },
        children: new DocxWriter(docx).children(blocks),
      },
    ],
  });
  return new Uint8Array(await Packer.toBuffer(document));
}

function bulletLevels({ LevelFormat }: typeof Docx): Docx.ILevelsOptions[] {
  return depths.map((level) => ({
    level,
    format: LevelFormat.BULLET,
    text: bullets[level % bullets.length] ?? "•",
    style: { paragraph: { indent: { left: indent * (level + 1), hanging: indent } } },
  }));
}

function numberLevels({ LevelFormat }: typeof Docx, start: number): Docx.ILevelsOptions[] {
  return depths.map((level) => ({
    level,
    format: LevelFormat.DECIMAL,
    text: `%${level + 1}.`,
    start: level === 0 ? start : 1,
    style: { paragraph: { indent: { left: indent * (level + 1), hanging: indent } } },
  }));
}

/** Where the document's lists begin to count. */
function startsOf(blocks: readonly Block[]): number[] {
  const numbers = blocks.flatMap((block) =>
    block.kind === "item" && block.number !== undefined && block.depth === 0
      ? [Number.parseInt(block.number, 10)]
      : [],
  );
  return [...new Set([1, ...numbers])];
}

class DocxWriter {
  readonly #docx: typeof Docx;
  #breaksNext = false;
  /** Of numbered lists, so that each one counts for itself. */
  #list = { instance: 0, reference: "numbers-1" };
  #before: Block | undefined;

  constructor(docx: typeof Docx) {
    this.#docx = docx;
  }

  children(blocks: readonly Block[]): (Docx.Paragraph | Docx.Table)[] {
    return blocks.flatMap((block) => {
      const made = this.#block(block);
      this.#before = block;
      return made;
    });
  }

  #block(block: Block): (Docx.Paragraph | Docx.Table)[] {
    const { Paragraph, HeadingLevel, BorderStyle } = this.#docx;
    switch (block.kind) {
      case "heading": {
        const levels = [
          HeadingLevel.HEADING_1,
          HeadingLevel.HEADING_2,
          HeadingLevel.HEADING_3,
          HeadingLevel.HEADING_4,
          HeadingLevel.HEADING_5,
          HeadingLevel.HEADING_6,
        ] as const;
        return [
          this.#paragraph({
            heading: levels[Math.min(block.level, 6) - 1] ?? HeadingLevel.HEADING_1,
            children: this.#runs(block.runs),
          }),
        ];
      }
      case "paragraph":
        return [this.#paragraph({ spacing: { after: 120 }, children: this.#runs(block.runs) })];
      case "quote":
        return [
          this.#paragraph({
            style: "Quote",
            spacing: { after: 120 },
            children: this.#runs(block.runs),
          }),
        ];
      case "code":
        return block.text
          .split("\n")
          .map((line) =>
            this.#paragraph({ style: "Code", children: this.#runs([{ text: line }]) }),
          );
      case "item":
        return [this.#paragraph({ ...this.#listOf(block), children: this.#runs(block.runs) })];
      case "rule":
        return [
          this.#paragraph({
            border: { bottom: { style: BorderStyle.SINGLE, size: 6, space: 1, color: "999999" } },
          }),
        ];
      case "page-break":
        this.#breaksNext = true;
        return [];
      case "table":
        // Two tables without anything between would be one.
        return [this.#table(block.rows), new Paragraph({ spacing: { after: 60 } })];
    }
  }

  #paragraph(options: Docx.IParagraphOptions): Docx.Paragraph {
    const pageBreakBefore = this.#breaksNext;
    this.#breaksNext = false;
    return new this.#docx.Paragraph({ ...options, ...(pageBreakBefore && { pageBreakBefore }) });
  }

  #listOf(item: Extract<Block, { kind: "item" }>): Docx.IParagraphOptions {
    const level = Math.min(item.depth, deepest);
    if (item.number === undefined) return { numbering: { reference: "bullets", level } };
    const isFirst = this.#before?.kind !== "item";
    if (isFirst)
      this.#list = {
        instance: this.#list.instance + 1,
        reference: item.depth === 0 ? `numbers-${Number.parseInt(item.number, 10)}` : "numbers-1",
      };
    const { reference, instance } = this.#list;
    return { numbering: { reference, level, instance } };
  }

  #runs(runs: readonly TextRun[], isHead = false): Docx.ParagraphChild[] {
    const { TextRun: Run, ExternalHyperlink } = this.#docx;
    return runs.map((run) => {
      const lines = run.text.split("\n");
      const children = lines.flatMap((line, at) =>
        at === 0 ? [line] : [new this.#docx.CarriageReturn(), line],
      );
      const made = new Run({
        children,
        ...((run.bold === true || isHead) && { bold: true }),
        ...(run.italic && { italics: true }),
        ...(run.strike && { strike: true }),
        ...(run.code && { font: "Liberation Mono" }),
        ...(run.link !== undefined && { style: "Hyperlink" }),
      });
      return run.link === undefined
        ? made
        : new ExternalHyperlink({ link: run.link, children: [made] });
    });
  }

  #table(rows: readonly (readonly TableCell[])[]): Docx.Table {
    const {
      AlignmentType,
      Paragraph,
      ShadingType,
      Table,
      TableCell: Cell,
      TableRow,
      WidthType,
    } = this.#docx;
    const alignments = {
      left: AlignmentType.START,
      center: AlignmentType.CENTER,
      right: AlignmentType.END,
    };
    return new Table({
      width: { size: 100, type: WidthType.PERCENTAGE },
      rows: rows.map(
        (cells, at) =>
          new TableRow({
            tableHeader: at === 0,
            cantSplit: true,
            children: cells.map(
              ({ text, runs = [{ text }], align = "left" }) =>
                new Cell({
                  margins: { top: 40, bottom: 40, left: 80, right: 80 },
                  ...(at === 0 && {
                    shading: { type: ShadingType.CLEAR, fill: "EEEEEE", color: "auto" },
                  }),
                  children: [
                    new Paragraph({
                      alignment: alignments[align],
                      children: this.#runs(runs, at === 0),
                    }),
                  ],
                }),
            ),
          }),
      ),
    });
  }
}

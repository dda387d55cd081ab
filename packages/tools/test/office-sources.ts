/** Documents in the flat XML that LibreOffice reads, written from known content. */

const namespaces = [
  ["office", "office:1.0"],
  ["style", "style:1.0"],
  ["text", "text:1.0"],
  ["table", "table:1.0"],
  ["draw", "drawing:1.0"],
  ["presentation", "presentation:1.0"],
  ["svg", "svg-compatible:1.0"],
  ["fo", "xsl-fo-compatible:1.0"],
  ["number", "datastyle:1.0"],
]
  .map(([prefix, name]) => `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}"`)
  .concat(
    'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"',
    'xmlns:xlink="http://www.w3.org/1999/xlink"',
    'xmlns:dc="http://purl.org/dc/elements/1.1/"',
  )
  .join(" ");

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function flat(kind: "text" | "spreadsheet" | "presentation", styles: string, body: string): string {
  const type = `application/vnd.oasis.opendocument.${kind}`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<office:document ${namespaces} office:version="1.3" office:mimetype="${type}">${styles}
<office:body><office:${kind}>${body}</office:${kind}></office:body></office:document>`;
}

/** What a text document of the tests is made of; runs in `*…*` are italic, in `**…**` bold. */
export type SourceBlock =
  | { heading: string; level: number }
  | { paragraph: string }
  | { items: string[]; ordered: boolean }
  | { table: SourceCell[][]; borders: boolean };

export type SourceCell = string | { text: string; columns?: number; rows?: number };

const textStyles = `<office:styles><style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="paragraph" style:default-outline-level="1"><style:paragraph-properties fo:margin-top="0.4cm" fo:margin-bottom="0.2cm"/><style:text-properties fo:font-size="20pt" fo:font-weight="bold"/></style:style>
<style:style style:name="Heading_20_2" style:display-name="Heading 2" style:family="paragraph" style:default-outline-level="2"><style:paragraph-properties fo:margin-top="0.4cm" fo:margin-bottom="0.2cm"/><style:text-properties fo:font-size="16pt" fo:font-weight="bold"/></style:style></office:styles>
<office:automatic-styles>
<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="I" style:family="text"><style:text-properties fo:font-style="italic"/></style:style>
<style:style style:name="Line" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm"/></style:style>
<style:style style:name="Bare" style:family="table-cell"><style:table-cell-properties fo:padding="0.1cm"/></style:style>
<text:list-style style:name="Bullets"><text:list-level-style-bullet text:level="1" text:bullet-char="•"><style:list-level-properties text:space-before="0.5cm" text:min-label-width="0.5cm"/></text:list-level-style-bullet></text:list-style>
<text:list-style style:name="Numbers"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."><style:list-level-properties text:space-before="0.5cm" text:min-label-width="0.6cm"/></text:list-level-style-number></text:list-style>
</office:automatic-styles>`;

/** A text document, for `soffice --convert-to docx|odt|pdf|html`. */
export function textSource(blocks: readonly SourceBlock[]): string {
  return flat("text", textStyles, blocks.map(textBlock).join("\n"));
}

function textBlock(block: SourceBlock): string {
  if ("heading" in block) {
    const style = `Heading_20_${block.level}`;
    return `<text:h text:style-name="${style}" text:outline-level="${block.level}">${escapeXml(block.heading)}</text:h>`;
  }
  if ("paragraph" in block) return `<text:p>${spans(block.paragraph)}</text:p>`;
  if ("items" in block) {
    const items = block.items.map(
      (item) => `<text:list-item><text:p>${spans(item)}</text:p></text:list-item>`,
    );
    const style = block.ordered ? "Numbers" : "Bullets";
    return `<text:list text:style-name="${style}">${items.join("")}</text:list>`;
  }
  return tableXml(block.table, block.borders ? "Line" : "Bare");
}

function spans(text: string): string {
  return escapeXml(text)
    .replaceAll(/\*\*(.+?)\*\*/g, '<text:span text:style-name="B">$1</text:span>')
    .replaceAll(/\*(.+?)\*/g, '<text:span text:style-name="I">$1</text:span>');
}

function tableXml(rows: readonly (readonly SourceCell[])[], style: string): string {
  const width = Math.max(
    ...rows.map((row) =>
      row.reduce((sum, cell) => sum + (typeof cell === "string" ? 1 : (cell.columns ?? 1)), 0),
    ),
  );
  const xml = rows.map(
    (row) =>
      `<table:table-row>${row.map((cell) => cellXml(cell, style)).join("")}</table:table-row>`,
  );
  return `<table:table><table:table-column table:number-columns-repeated="${width}"/>${xml.join("")}</table:table>`;
}

function cellXml(cell: SourceCell, style: string): string {
  const { text, columns = 1, rows = 1 } = typeof cell === "string" ? { text: cell } : cell;
  const spanned = `table:number-columns-spanned="${columns}" table:number-rows-spanned="${rows}"`;
  const lines = text.split("\n").map((line) => `<text:p>${escapeXml(line)}</text:p>`);
  const covered = "<table:covered-table-cell/>".repeat(columns - 1);
  return `<table:table-cell table:style-name="${style}" ${spanned}>${lines.join("")}</table:table-cell>${covered}`;
}

/** A cell of a sheet, as it is and as it is shown. */
export type SheetValue =
  | string
  | { number: number; shown: string; format?: "money" | "share" | "plain"; formula?: string }
  | { date: string; shown: string }
  | { merged: string; columns: number };

const sheetStyles = `<office:automatic-styles>
<number:date-style style:name="N1"><number:day number:style="long"/><number:text>.</number:text><number:month number:style="long"/><number:text>.</number:text><number:year number:style="long"/></number:date-style>
<number:percentage-style style:name="N2"><number:number number:decimal-places="1" number:min-decimal-places="1" number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>
<number:number-style style:name="N3"><number:number number:decimal-places="2" number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/></number:number-style>
<style:style style:name="date" style:family="table-cell" style:data-style-name="N1"/>
<style:style style:name="share" style:family="table-cell" style:data-style-name="N2"/>
<style:style style:name="money" style:family="table-cell" style:data-style-name="N3"/>
<style:style style:name="plain" style:family="table-cell"/>
</office:automatic-styles>`;

/** Sheets by their names, for `soffice --convert-to xlsx|ods|csv`. */
export function sheetSource(sheets: Record<string, SheetValue[][]>): string {
  const tables = Object.entries(sheets).map(([name, rows]) => {
    const xml = rows.map(
      (row) => `<table:table-row>${row.map(valueXml).join("")}</table:table-row>`,
    );
    return `<table:table table:name="${escapeXml(name)}">${xml.join("")}</table:table>`;
  });
  return flat("spreadsheet", sheetStyles, tables.join("\n"));
}

function valueXml(value: SheetValue): string {
  const text = (shown: string) => `<text:p>${escapeXml(shown)}</text:p>`;
  if (typeof value === "string") {
    if (value === "") return "<table:table-cell/>";
    return `<table:table-cell office:value-type="string">${text(value)}</table:table-cell>`;
  }
  if ("merged" in value) {
    const covered = `<table:covered-table-cell table:number-columns-repeated="${value.columns - 1}"/>`;
    return `<table:table-cell table:number-columns-spanned="${value.columns}" table:number-rows-spanned="1" office:value-type="string">${text(value.merged)}</table:table-cell>${covered}`;
  }
  if ("date" in value) {
    return `<table:table-cell table:style-name="date" office:value-type="date" office:date-value="${value.date}">${text(value.shown)}</table:table-cell>`;
  }
  const { number, shown, format = "plain", formula } = value;
  const type = format === "share" ? "percentage" : "float";
  const attribute = formula ? ` table:formula="of:=${escapeXml(formula)}"` : "";
  return `<table:table-cell table:style-name="${format}" office:value-type="${type}" office:value="${number}"${attribute}>${text(shown)}</table:table-cell>`;
}

export interface SourceSlide {
  title: string;
  lines: string[];
  table?: string[][];
  notes?: string;
}

const slideStyles = `<office:styles/><office:automatic-styles>
<style:page-layout style:name="PM"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout>
<style:style style:name="title" style:family="presentation"/><style:style style:name="outline" style:family="presentation"/>
</office:automatic-styles><office:master-styles><style:master-page style:name="M" style:page-layout-name="PM">
<draw:frame presentation:style-name="title" presentation:class="title" presentation:placeholder="true" draw:layer="backgroundobjects" svg:x="2cm" svg:y="1cm" svg:width="24cm" svg:height="3cm"><draw:text-box/></draw:frame>
<draw:frame presentation:style-name="outline" presentation:class="outline" presentation:placeholder="true" draw:layer="backgroundobjects" svg:x="2cm" svg:y="5cm" svg:width="24cm" svg:height="6cm"><draw:text-box/></draw:frame>
</style:master-page></office:master-styles>`;

/** Slides, for `soffice --convert-to pptx|odp`. */
export function slideSource(slides: readonly SourceSlide[]): string {
  return flat("presentation", slideStyles, slides.map(slideXml).join("\n"));
}

function slideXml({ title, lines, table, notes }: SourceSlide, at: number): string {
  const place = (y: number, height: number) =>
    `svg:x="2cm" svg:y="${y}cm" svg:width="24cm" svg:height="${height}cm"`;
  const box = (text: string) => `<draw:text-box>${text}</draw:text-box>`;
  const paragraphs = lines.map((line) => `<text:p>${escapeXml(line)}</text:p>`).join("");
  const tableFrame = table
    ? `<draw:frame draw:layer="layout" ${place(12, 6)}>${tableXml(table, "default")}</draw:frame>`
    : "";
  const noted = notes
    ? `<presentation:notes><draw:frame presentation:class="notes" draw:layer="layout" ${place(14, 8)}>${box(`<text:p>${escapeXml(notes)}</text:p>`)}</draw:frame></presentation:notes>`
    : "";
  return `<draw:page draw:name="page${at + 1}" draw:master-page-name="M">
<draw:frame presentation:style-name="title" presentation:class="title" presentation:user-transformed="true" draw:layer="layout" ${place(1, 3)}>${box(`<text:p>${escapeXml(title)}</text:p>`)}</draw:frame>
<draw:frame draw:layer="layout" ${place(5, 6)}>${box(paragraphs)}</draw:frame>
${tableFrame}${noted}</draw:page>`;
}

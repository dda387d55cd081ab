import { parseXml } from "../xml.ts";

/** How the numbers of cells are shown. */
export interface CellFormats {
  /** @param style the cell's index into the formats */
  show(value: number, style: number): string;
}

/** Days between the two calendars that spreadsheets count from. */
const days1904 = 1_462;
/** Formats that every spreadsheet knows by number. Dates among them follow the reader's language; here they are ISO. */
const builtIn: Readonly<Record<number, string>> = {
  ...{ 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00" },
  ...{ 12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy" },
  ...{ 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd hh:mm" },
  ...{ 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00" },
  ...{ 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@" },
};
const isoDate = "yyyy-mm-dd";

export async function readCellFormats(
  text: string | undefined,
  is1904: boolean,
): Promise<CellFormats> {
  const { format, isDateFormat, isValidFormat } = await import("numfmt");
  const own = new Map<number, string>();
  const ids: number[] = [];
  if (text !== undefined) {
    const root = parseXml(text);
    for (const { attributes } of root.find("numFmts")?.elements("numFmt") ?? []) {
      own.set(Number(attributes["numFmtId"]), attributes["formatCode"] ?? "General");
    }
    for (const { attributes } of root.find("cellXfs")?.elements("xf") ?? []) {
      ids.push(Number(attributes["numFmtId"] ?? 0));
    }
  }
  const patterns = ids.map((id) => {
    const pattern = own.get(id) ?? builtIn[id] ?? "General";
    return isValidFormat(pattern) ? pattern : "General";
  });
  return {
    show(value, style) {
      const pattern = patterns[style] ?? "General";
      if (/^general$/i.test(pattern)) return plain(value);
      const isDate = isDateFormat(pattern);
      const serial = isDate && is1904 ? value + days1904 : value;
      // Outside of the calendar, a spreadsheet shows the cell full of hashes.
      const shown = format(pattern, serial, { dateErrorThrows: false, overflow: "" }).trim();
      if (shown !== "" || value === 0) return shown;
      return isDate ? format(isoDate, serial, { overflow: String(value) }) : plain(value);
    },
  };
}

/** As far as a spreadsheet counts: 15 digits. */
function plain(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(15))) : "";
}

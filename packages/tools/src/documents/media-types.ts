export type WrittenFormat = "docx" | "pdf" | "xlsx" | "csv";

const office = "application/vnd.openxmlformats-officedocument";

export const mediaTypes: Readonly<Record<WrittenFormat, string>> = {
  docx: `${office}.wordprocessingml.document`,
  xlsx: `${office}.spreadsheetml.sheet`,
  pdf: "application/pdf",
  csv: "text/csv; charset=utf-8",
};

import type { Json } from "@flotilla/core";
import type { ReactNode } from "react";
import type { SpecField } from "./agent-schema.ts";
import type { DraftEdit } from "./use-agent-draft.ts";

/** A field of a definition, with what stands there and what is wrong with it. */
export interface FieldProps {
  field: SpecField;
  value: Json | undefined;
  error: string | undefined;
  edit: DraftEdit;
  onChange: (value: Json | undefined) => void;
  /** Fields within this one. */
  renderFields: (fields: readonly SpecField[]) => ReactNode;
}

/** What every kind of input says of its field. */
export function commonOf({ field, error }: Pick<FieldProps, "field" | "error">) {
  const { label, help, isRequired } = field;
  return { label, description: help, required: isRequired, error };
}

export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

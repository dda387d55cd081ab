import { canonicalJson, type AgentSpec, type Json } from "@flotilla/core";
import {
  formParts,
  isObject,
  schemaAt,
  strategyFields,
  strategyKind,
  type SpecField,
  type SpecPath,
} from "./agent-schema.ts";

export interface ReadPart {
  id: string;
  title: string;
  /** What it says, in the order of the form. */
  said: SaidField[];
}

export interface SaidField {
  field: SpecField;
  /** The field's label without the unit of its numbers. */
  name: string;
  value: Json;
  /** Of a number: `seconds`, `milliseconds`, `USD` or `bytes`. */
  unit: string | undefined;
}

/** What stands above the parts, or beside them. */
const apart = new Set(["name", "description", "instructions", "output"]);

/** What holds for every agent is worth a look also where nothing is said of it. */
const always = new Set(["model", "tools", "limits", "retry"]);

/** The parts of a definition that say something, in the order of the form. */
export function readParts(spec: AgentSpec): ReadPart[] {
  return formParts.flatMap(({ id, title, fields }) => {
    const said = fields
      .filter(({ path }) => isSaid(spec, path[0] ?? ""))
      .flatMap((field) => withSettings(field, spec))
      .flatMap((field) => readField(field, valueIn(spec, field.path)));
    if (said.length === 0) return [];
    return [{ id, title: id === "model-and-instructions" ? "Model" : title, said }];
  });
}

function isSaid(spec: AgentSpec, top: string): boolean {
  if (apart.has(top)) return false;
  if (always.has(top)) return true;
  if (top === "outputRepairs") return spec.output !== undefined;
  const value = valueIn(spec, [top]);
  const fallback = schemaAt([top])?.["default"];
  return value !== undefined && canonicalJson(value) !== canonicalJson(fallback ?? null);
}

/** A strategy brings the fields of its kind. */
function withSettings(field: SpecField, { strategy }: AgentSpec): SpecField[] {
  if (field.path[0] !== "strategy") return [field];
  return [field, ...strategyFields(strategyKind(strategy))];
}

/** What the labels of the form say of the unit stands with the value here. */
const units = / (?:in )?(seconds|milliseconds|USD|bytes)$/;

function readField(field: SpecField, value: Json | undefined): SaidField[] {
  if (value === undefined || (isEmpty(value) && !always.has(field.path.join(".")))) return [];
  const name = field.label.replace(units, "");
  return [{ field, name, value, unit: units.exec(field.label)?.[1] }];
}

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function valueIn(spec: AgentSpec, path: SpecPath): Json | undefined {
  let here: unknown = spec;
  for (const key of path) here = isObject(here) ? here[key] : undefined;
  return here as Json | undefined;
}

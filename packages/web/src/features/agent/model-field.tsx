import { Autocomplete } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { modelsQuery, routesQuery } from "../model/model-queries.ts";
import { commonOf, type FieldProps } from "./field-props.ts";

/** A model or a route by name; any other name may be written, the platform says whether it is one. */
export function ModelField(props: FieldProps) {
  const { field, value, onChange } = props;
  const { data: models } = useQuery(modelsQuery);
  const { data: routes } = useQuery(routesQuery);
  const ready = models?.items.filter((one) => one.ready) ?? [];
  const groups = [
    { group: "Routes", items: routes?.items.map(({ name }) => `route/${name}`) ?? [] },
    { group: "Models", items: [...new Set(ready.map(({ model }) => model))] },
  ];
  return (
    <Autocomplete
      {...commonOf(props)}
      placeholder="provider/model"
      data={groups.filter(({ items }) => items.length > 0)}
      limit={60}
      value={typeof value === "string" ? value : ""}
      onChange={(next) => onChange(next === "" && !field.isRequired ? undefined : next)}
      classNames={{ input: "mono" }}
    />
  );
}

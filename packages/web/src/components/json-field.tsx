import type { Json } from "@flotilla/core";
import { JsonInput } from "@mantine/core";
import { useState } from "react";

interface JsonFieldProps {
  label: string;
  description?: string | undefined;
  value: Json;
  /** Told of each value that is JSON. */
  onChange: (value: Json) => void;
}

/** JSON as text; while it is none, the value stays as it was and the field says so. */
export function JsonField({ label, description, value, onChange }: JsonFieldProps) {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [isJson, setJson] = useState(true);
  const change = (next: string) => {
    setText(next);
    try {
      onChange(JSON.parse(next) as Json);
      setJson(true);
    } catch {
      setJson(false);
    }
  };
  return (
    <JsonInput
      label={label}
      description={description}
      autosize
      minRows={2}
      maxRows={14}
      value={text}
      onChange={change}
      error={isJson ? undefined : "This is not JSON yet"}
      classNames={{ input: "mono" }}
    />
  );
}

import type { Json } from "@flotilla/core";
import { JsonInput } from "@mantine/core";
import { useState } from "react";

interface JsonFieldProps {
  label: string;
  description?: string | undefined;
  /** undefined: none yet. */
  value: Json | undefined;
  required?: boolean;
  /** Told of each value that is JSON. */
  onChange: (value: Json) => void;
  /** Told when the field was emptied; left out: it may not be empty. */
  onClear?: () => void;
}

/** JSON as text; while it is none, the value stays as it was and the field says so. */
export function JsonField(props: JsonFieldProps) {
  const { label, description, value, required, onChange, onClear } = props;
  const [text, setText] = useState(() =>
    value === undefined ? "" : JSON.stringify(value, null, 2),
  );
  const [isJson, setJson] = useState(true);
  const change = (next: string) => {
    setText(next);
    if (onClear && next.trim() === "") {
      setJson(true);
      onClear();
      return;
    }
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
      required={required ?? false}
      autosize
      minRows={1}
      maxRows={14}
      value={text}
      onChange={change}
      error={isJson ? undefined : "This is not JSON yet"}
      classNames={{ input: "mono" }}
    />
  );
}

import type { DeadLetter, Json, JsonObject } from "@flotilla/core";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonField } from "../../components/json-field.tsx";
import { client } from "../../data/client.ts";
import { letterQuery } from "./letter-query.ts";

interface CorrectDialogProps {
  letter: DeadLetter;
  onClose: () => void;
}

/** A bad row as it should be; its batch works on it then. */
export function CorrectDialog({ letter, onClose }: CorrectDialogProps) {
  const { data } = useQuery(letterQuery(letter.id));
  return (
    <Modal opened onClose={onClose} title={`Correct row ${letter.row}`} size="lg">
      {data?.badRow && <CorrectForm letter={letter} row={data.badRow.data} onDone={onClose} />}
    </Modal>
  );
}

interface CorrectFormProps {
  letter: DeadLetter;
  /** As it was sent. */
  row: JsonObject;
  onDone: () => void;
}

function CorrectForm({ letter, row, onDone }: CorrectFormProps) {
  const [data, setData] = useState<Json>(row);
  const cache = useQueryClient();
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  const correct = useMutation({
    mutationFn: () => client.deadLetters.correct(letter.id, data as JsonObject),
    async onSuccess({ row: number }) {
      notifications.show({ message: `Row ${number} is worked on now.` });
      onDone();
      // The letter itself is not there any more.
      await cache.invalidateQueries({
        queryKey: ["dead letters"],
        predicate: ({ queryKey }) => queryKey[2] !== letter.id,
      });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        correct.mutate();
      }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {letter.error.message} Write the row as it should be: its batch works on it, also when all
          others are done.
        </Text>
        <JsonField label="The row" value={row} onChange={setData} />
        {correct.error && <ErrorPanel error={correct.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={correct.isPending} disabled={!isObject}>
            Correct and replay
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

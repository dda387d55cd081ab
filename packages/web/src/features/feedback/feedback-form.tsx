import type { Json } from "@flotilla/core";
import { Button, Group, SegmentedControl, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import { useFocus } from "../../components/use-focus.ts";
import type { Judgement } from "./feedback-target.ts";

interface FeedbackFormProps {
  isPending: boolean;
  onGive: (judgement: Judgement) => void;
}

const ratings = [
  { value: "1", label: "Good" },
  { value: "", label: "No rating" },
  { value: "-1", label: "Not good" },
];

/** A rating with what it should have been, and why. */
export function FeedbackForm({ isPending, onGive }: FeedbackFormProps) {
  const [rating, setRating] = useState("");
  const [correction, setCorrection] = useState("");
  const [comment, setComment] = useState("");
  const field = useFocus<HTMLTextAreaElement>();
  const judgement: Judgement = {
    ...(rating !== "" && { rating: Number(rating) }),
    ...(correction.trim() !== "" && { correction: valueOf(correction.trim()) }),
    ...(comment.trim() !== "" && { comment: comment.trim() }),
  };
  return (
    <Stack gap="sm" mt="xs">
      <SegmentedControl
        size="xs"
        aria-label="Rating"
        value={rating}
        onChange={setRating}
        data={ratings}
      />
      <Textarea
        ref={field}
        label="What it should have been"
        autosize
        minRows={1}
        maxRows={10}
        value={correction}
        onChange={(event) => setCorrection(event.currentTarget.value)}
      />
      <Textarea
        label="Comment"
        autosize
        minRows={1}
        maxRows={10}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group>
        <Button
          disabled={Object.keys(judgement).length === 0}
          loading={isPending}
          onClick={() => onGive(judgement)}
        >
          Give feedback
        </Button>
      </Group>
    </Stack>
  );
}

/** JSON where it is an object or a list; a text otherwise. */
function valueOf(text: string): Json {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

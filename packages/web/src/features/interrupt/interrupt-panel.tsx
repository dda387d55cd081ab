import type { Interrupt, InterruptAnswering } from "@flotilla/api";
import { Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { AnswerForm } from "./answer-form.tsx";
import { InterruptDisplay } from "./interrupt-display.tsx";
import { interruptQuery } from "./interrupt-queries.ts";
import { kindIcons } from "./kind-words.ts";
import panel from "../../components/panel.module.css";
import styles from "./interrupt-panel.module.css";

interface InterruptPanelProps {
  runId: string;
  interruptId: string;
  /** a, r and e answer it. */
  hasKeys?: boolean;
  /** The plan that is asked about is on the page as well. */
  isPlanShown?: boolean;
  /** Gives the answer in the panel's place, which then is looked at no longer. */
  onAnswer?: (answer: InterruptAnswering) => void;
}

/** What a run asks a person, as the server shows it, and the answer. Mount it anew per interrupt. */
export function InterruptPanel(props: InterruptPanelProps) {
  const { runId, interruptId, hasKeys, isPlanShown = false, onAnswer } = props;
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery(interruptQuery(runId, interruptId));
  const answer = useMutation({
    mutationFn: (given: InterruptAnswering) => client.interrupts.answer(runId, interruptId, given),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ["interrupts", runId, interruptId] });
    },
  });
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (!data)
    return <Skeleton height={120} radius={7} role="status" aria-busy="true" aria-label="Loading" />;
  const Icon = kindIcons[data.kind];
  const isOpen = data.state === "open";
  return (
    <section
      className={panel["panel"]}
      data-tone={isOpen ? "waiting" : "completed"}
      aria-label={labelOf(data)}
    >
      <Icon size={16} className={panel["icon"]} aria-hidden />
      <Stack gap="sm" className={panel["body"]}>
        <Text size="sm" fw={500} className={styles["prompt"]}>
          {data.prompt}
        </Text>
        {data.reason && (
          <Text size="xs" c="dimmed">
            Asked since {data.reason}.
          </Text>
        )}
        <InterruptDisplay interrupt={data} isPlanShown={isPlanShown} />
        {isOpen && (
          <Answering
            interrupt={data}
            hasKeys={hasKeys ?? false}
            isPending={answer.isPending}
            onAnswer={onAnswer ?? answer.mutate}
          />
        )}
        {answer.error && <ErrorPanel error={answer.error} />}
      </Stack>
    </section>
  );
}

function labelOf({ state, mayAnswer }: Interrupt): string {
  if (state !== "open") return "What was answered";
  return mayAnswer.allowed ? "Your answer is needed" : "An answer is needed";
}

interface AnsweringProps {
  interrupt: Interrupt;
  hasKeys: boolean;
  isPending: boolean;
  onAnswer: (answer: InterruptAnswering) => void;
}

function Answering(props: AnsweringProps) {
  const may = useMay();
  const { mayAnswer } = props.interrupt;
  if (!may("interrupts.answer")) {
    return <Text size="sm">Owners, admins, operators and approvers can answer.</Text>;
  }
  if (!mayAnswer.allowed) return <Text size="sm">You cannot answer it: {mayAnswer.reason}.</Text>;
  return (
    <div data-part="answering">
      <AnswerForm {...props} />
    </div>
  );
}

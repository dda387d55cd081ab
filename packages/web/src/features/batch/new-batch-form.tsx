import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { AgentSelect } from "../agent/agent-select.tsx";
import {
  BatchExtraFields,
  extraProblems,
  extraSettings,
  noBatchExtra,
} from "./batch-extra-fields.tsx";
import { BatchSettingsFields, type BatchSettings } from "./batch-settings-fields.tsx";
import { FileDrop } from "./file-drop.tsx";
import { PromptPreview } from "./prompt-preview.tsx";
import { missingColumns } from "./missing-columns.ts";
import { TemplateField } from "./template-field.tsx";
import type { BatchPlan } from "./use-create-batch.ts";
import { useSampledFile } from "./use-sampled-file.ts";
import styles from "./new-batch-form.module.css";

interface NewBatchFormProps {
  agent: string | null;
  isPending: boolean;
  error: Error | null;
  onCreate: (plan: BatchPlan) => void;
}

const usualSettings: BatchSettings = { concurrency: 100, priority: 5, budgetUsd: null };

export function NewBatchForm({ agent: given, isPending, error, onCreate }: NewBatchFormProps) {
  const { file, sample, problem, choose } = useSampledFile();
  const [agent, setAgent] = useState(given);
  const [name, setName] = useState("");
  const [template, setTemplate] = useState("");
  const [settings, setSettings] = useState(usualSettings);
  const [extra, setExtra] = useState(noBatchExtra);
  const missing = missingColumns(template, sample?.columns);
  const shownName = name || file?.name.replace(/\.[^.]+$/, "") || "";
  const isSaid = template.trim() !== "" && missing.length === 0;
  const isRight = Object.values(extraProblems(extra)).every((wrong) => wrong === undefined);
  const isReady = file && sample && agent && isSaid && isRight;

  function submit() {
    if (!isReady) return;
    onCreate({
      batch: { name: shownName, agent, template, ...settings, ...extraSettings(extra) },
      file,
      format: sample.format,
    });
  }
  return (
    <div className={styles["form"]}>
      <Stack gap="lg">
        <FileDrop file={file} sample={sample} onFile={choose} />
        {problem && <ErrorPanel error={problem} />}
        <Group grow align="flex-start">
          <AgentSelect label="Agent" placeholder="Choose one" value={agent} onChange={setAgent} />
          <TextInput
            label="Batch name"
            value={shownName}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </Group>
        <TemplateField
          value={template}
          onChange={setTemplate}
          columns={sample?.columns ?? []}
          missing={missing}
        />
        <BatchSettingsFields value={settings} onChange={setSettings} />
        <BatchExtraFields value={extra} onChange={setExtra} />
        {error && <ErrorPanel error={error} />}
        <Group>
          <Button size="sm" disabled={!isReady} loading={isPending} onClick={submit}>
            Start the batch
          </Button>
        </Group>
      </Stack>
      <PromptPreview template={template} rows={sample?.rows ?? []} />
    </div>
  );
}

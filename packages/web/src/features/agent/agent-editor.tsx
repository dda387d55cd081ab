import type { Agent } from "@flotilla/core";
import { SegmentedControl, Skeleton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { PageHeader } from "../../components/page-header.tsx";
import { AgentForm } from "./agent-form.tsx";
import { DraftTest } from "./draft-test.tsx";
import { EditorActions, ProblemBar } from "./editor-bar.tsx";
import { editorSearchSchema, type EditorSearch } from "./editor-search.ts";
import { LeaveGuard } from "./leave-guard.tsx";
import { SaveConflict } from "./save-conflict.tsx";
import { useAgentDraft, type DraftEdit } from "./use-agent-draft.ts";
import styles from "./agent-editor.module.css";

/** Both bring libraries of their own: they are loaded once somebody looks at them. */
const YamlEditor = lazy(async () => ({ default: (await import("./yaml-editor.tsx")).YamlEditor }));
const AgentBuilder = lazy(async () => ({
  default: (await import("./agent-builder.tsx")).AgentBuilder,
}));

interface AgentEditorProps {
  /** null: a new one. */
  agent: Agent | null;
  /** What is written at first. */
  start: string;
}

/** An agent as fields or as a picture, with its text or a test beside it: all of them are one draft. */
export function AgentEditor({ agent, start }: AgentEditorProps) {
  const edit = useAgentDraft(agent, start);
  const { view = "form", pane = "yaml" } = editorSearchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  const show = (change: EditorSearch) =>
    void navigate({
      to: ".",
      search: (old: object) => ({ ...old, ...change }),
      replace: true,
      resetScroll: false,
    });
  const [goTo, setGoTo] = useState<{ at: number } | null>(null);
  const save = useSaving(edit);
  useHotkeys([["mod+S", save]], []);
  return (
    <div className={styles["editor"]}>
      <EditorHeader edit={edit} onSave={save} />
      <LeaveGuard isChanged={edit.isChanged} />
      {edit.isTaken && <SaveConflict edit={edit} />}
      <ProblemBar
        edit={edit}
        onGo={(at) => {
          show({ pane: undefined });
          setGoTo({ at });
        }}
      />
      <ViewSwitches view={view} pane={pane} onShow={show} />
      <div className={styles["split"]} data-view={view}>
        <Suspense fallback={<Loading />}>
          {view === "canvas" ? <AgentBuilder edit={edit} /> : <AgentForm edit={edit} />}
        </Suspense>
        <section className={styles["pane"]} aria-label={pane === "yaml" ? "YAML" : "Test"}>
          <Suspense fallback={<Loading />}>
            {pane === "yaml" ? (
              <YamlEditor
                label="Definition as YAML"
                text={edit.draft.text}
                problems={edit.problems}
                goTo={goTo}
                onChange={edit.setText}
              />
            ) : (
              <DraftTest edit={edit} />
            )}
          </Suspense>
        </section>
      </div>
    </div>
  );
}

interface ViewSwitchesProps {
  view: "form" | "canvas";
  pane: "yaml" | "test";
  onShow: (change: EditorSearch) => void;
}

function ViewSwitches({ view, pane, onShow }: ViewSwitchesProps) {
  return (
    <div className={styles["bar"]}>
      <SegmentedControl
        size="xs"
        aria-label="Write it as"
        value={view}
        onChange={(next) => onShow({ view: next === "canvas" ? "canvas" : undefined })}
        data={[
          { value: "form", label: "Form" },
          { value: "canvas", label: "Canvas" },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label="Beside it"
        value={pane}
        onChange={(next) => onShow({ pane: next === "test" ? "test" : undefined })}
        data={[
          { value: "yaml", label: "YAML" },
          { value: "test", label: "Test" },
        ]}
      />
    </div>
  );
}

function Loading() {
  return <Skeleton height={380} role="status" aria-busy="true" aria-label="Loading" />;
}

function EditorHeader({ edit, onSave }: { edit: DraftEdit; onSave: () => void }) {
  const { base } = edit;
  return (
    <PageHeader
      title={base ? `Edit ${base.name}` : "New agent"}
      above={
        base ? (
          <Link className="plain" to="/agents/$name" params={{ name: base.name }}>
            {base.name}
          </Link>
        ) : (
          <Link className="plain" to="/agents">
            Agents
          </Link>
        )
      }
      below={base ? `From version ${base.version}` : "Nothing is kept before it is created."}
      actions={<EditorActions edit={edit} onSave={onSave} />}
    />
  );
}

/** A new agent goes on being edited under its own name. */
function useSaving({ base, save, draft, problems, isTaken }: DraftEdit): () => void {
  const navigate = useNavigate();
  return () => {
    if (!draft.spec || problems.length > 0 || isTaken || save.isPending) return;
    save.mutate(undefined, {
      onSuccess: ({ name, version }) => {
        notifications.show({ message: `${name} is saved as version ${version}.` });
        if (base) return;
        const search = (old: object) => old;
        const to = { to: "/agents/$name/edit", params: { name }, search } as const;
        void navigate({ ...to, replace: true, ignoreBlocker: true });
      },
    });
  };
}

import { unionLabels, type Label, type ToolContext } from "@flotilla/core";

type Context = Pick<ToolContext, "fileLabels" | "label" | "labels">;

/** A file that nobody has noted anything of may be from anywhere. */
export const unknownLabels: readonly Label[] = ["document", "private"];

/** The call answers with what is in these files: it has their labels. */
export async function labelRead(context: Context, paths: readonly string[]): Promise<void> {
  context.label(...(await labelsOf(context, paths)));
}

/** To be called before the files are written: they will hold what the run knows, and what else `from` these. */
export async function labelWritten(
  context: Context,
  paths: readonly string[],
  from: readonly string[] = [],
): Promise<void> {
  if (paths.length === 0) return;
  const labels = unionLabels([...context.labels], await labelsOf(context, from));
  await context.fileLabels.keep(paths.map(plain), labels);
}

async function labelsOf(context: Context, paths: readonly string[]): Promise<Label[]> {
  const found = await Promise.all(
    [...new Set(paths.map(plain))].map((path) => context.fileLabels.of(path)),
  );
  return found.reduce<Label[]>((all, labels) => unionLabels(all, labels ?? unknownLabels), []);
}

/** One spelling of each path. */
export function plain(path: string): string {
  return path
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
}

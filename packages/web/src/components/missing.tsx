import { ErrorPanel } from "./error-panel.tsx";
import { PageHeader } from "./page-header.tsx";

interface MissingProps {
  /** What the page would have shown. */
  title: string;
  error: Error;
  onRetry: () => void;
}

/** A page whose subject could not be loaded. */
export function Missing({ title, error, onRetry }: MissingProps) {
  return (
    <>
      <PageHeader title={title} />
      <ErrorPanel error={error} onRetry={onRetry} />
    </>
  );
}

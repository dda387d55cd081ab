import { toFlotillaError } from "@flotilla/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { Empty } from "../components/empty.tsx";
import { ErrorPanel } from "../components/error-panel.tsx";
import { LinkButton } from "../components/link-button.tsx";

export function NotFound() {
  return (
    <Empty
      title="There is no such page"
      action={
        <LinkButton to="/" variant="default">
          Go to Home
        </LinkButton>
      }
    >
      The address may be mistyped, or from a version of Flotilla that names its pages otherwise.
    </Empty>
  );
}

/** A page that broke; the rest of the shell goes on. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  return <ErrorPanel error={toFlotillaError(error)} onRetry={reset} />;
}

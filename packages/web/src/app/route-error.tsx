import { toFlotillaError } from "@flotilla/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { Empty } from "../components/empty.tsx";
import { ErrorPanel } from "../components/error-panel.tsx";
import { LinkButton } from "../components/link-button.tsx";
import { PageHeader } from "../components/page-header.tsx";

export function NotFound() {
  return (
    <>
      <PageHeader title="Not found" />
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
    </>
  );
}

/** A page that broke; the rest of the shell goes on. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <>
      <PageHeader title="This page broke" />
      <ErrorPanel error={toFlotillaError(error)} onRetry={reset} />
    </>
  );
}

import { Button } from "@mantine/core";
import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { Empty } from "../components/empty.tsx";
import { ErrorPanel } from "../components/error-panel.tsx";

export function NotFound() {
  return (
    <Empty
      title="There is no such page"
      action={
        <Button component={Link} to="/" variant="default">
          Go to Home
        </Button>
      }
    >
      The address may be mistyped, or from a version of Flotilla that names its pages otherwise.
    </Empty>
  );
}

/** A page that broke; the rest of the shell goes on. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  return <ErrorPanel error={error} onRetry={reset} />;
}

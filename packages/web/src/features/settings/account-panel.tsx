import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import type { Account } from "../../data/auth.ts";
import { accountQuery } from "./account-queries.ts";

interface AccountPanelProps {
  children: (account: Account) => ReactNode;
}

/** What is shown of one's account, once it is there. */
export function AccountPanel({ children }: AccountPanelProps) {
  const { data, error, refetch } = useQuery(accountQuery);
  if (data) return children(data);
  return error ? (
    <ErrorPanel error={error} onRetry={() => void refetch()} />
  ) : (
    <Skeleton height={160} role="status" aria-busy="true" aria-label="Loading the account" />
  );
}

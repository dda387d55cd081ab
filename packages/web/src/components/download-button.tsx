import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { MouseEvent, ReactNode } from "react";
import { apiUrl, download } from "../data/client.ts";
import { scope } from "../data/place.ts";
import { notifyError } from "./notify-error.tsx";

interface DownloadButtonProps {
  /** Below `/api/v1`. */
  path: string;
  query: Record<string, string | undefined>;
  /** Of the file. */
  name: string;
  label: string;
  children: ReactNode;
}

/**
 * A plain link: the browser streams the file to disk. Where the tab acts elsewhere than at home the file
 * is asked for with the headers that say so, which a link cannot send.
 */
export function DownloadButton({ path, query, name, label, children }: DownloadButtonProps) {
  const save = useMutation({
    mutationFn: () => download(path, query, name),
    onError: notifyError,
  });
  const isElsewhere = scope.org !== undefined || scope.env !== undefined;
  const take = (event: MouseEvent) => {
    if (!isElsewhere) return;
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Button
      component="a"
      href={apiUrl(path, query)}
      download={name}
      variant="default"
      leftSection={<IconDownload size={14} />}
      loading={save.isPending}
      aria-label={label}
      onClick={take}
    >
      {children}
    </Button>
  );
}

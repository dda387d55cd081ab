import type { SignInOptions } from "@flotilla/api";
import { Button, Stack } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { auth } from "../../data/auth.ts";
import { mountUrl } from "../../data/place.ts";

interface ProviderButtonsProps {
  providers: SignInOptions["providers"];
  /** The page that comes after it. */
  target: string;
}

/** Leads to the page of a provider, which sends the person back. */
export function ProviderButtons({ providers, target }: ProviderButtonsProps) {
  const go = useMutation({
    mutationFn: (provider: string) =>
      auth.provider({
        provider,
        callbackURL: pathOf(target),
        errorCallbackURL: pathOf(`${mountUrl}sign-in`),
      }),
    onSuccess: ({ url }) => location.assign(url),
  });
  return (
    <Stack gap="sm">
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          size="md"
          variant="default"
          fullWidth
          rightSection={<IconArrowRight size={15} aria-hidden />}
          loading={(go.isPending || go.isSuccess) && go.variables === id}
          onClick={() => go.mutate(id)}
        >
          Sign in with {name}
        </Button>
      ))}
      {go.error && <ErrorPanel error={go.error} />}
    </Stack>
  );
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

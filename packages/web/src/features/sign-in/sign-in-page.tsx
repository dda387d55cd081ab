import { Anchor, Divider, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { enterAfterSignIn } from "./enter.ts";
import { EntryCard } from "../../components/entry-card.tsx";
import { PasswordForm } from "./password-form.tsx";
import { providerError } from "./provider-error.ts";
import { ProviderButtons } from "./provider-buttons.tsx";
import { RegisterForm } from "./register-form.tsx";
import { SecondFactorForm } from "./second-factor-form.tsx";
import { signInOptionsQuery } from "./sign-in-queries.ts";
import { pageUrl } from "../../data/place.ts";

const route = getRouteApi("/sign-in");

type Step = "password" | "second factor" | "register";

export function SignInPage() {
  const { back } = route.useSearch();
  const [step, setStep] = useState<Step>("password");
  const enter = () => void enterAfterSignIn(back);
  if (step === "second factor") {
    return (
      <EntryCard
        title="One more step"
        below="The password was right. Your account asks for a code."
      >
        <SecondFactorForm onSignedIn={enter} />
      </EntryCard>
    );
  }
  if (step === "register") {
    return (
      <EntryCard
        title="Create an account"
        below="Somebody of an organisation lets you in after it."
      >
        <Stack gap="md">
          <RegisterForm onSignedIn={enter} />
          <Anchor component="button" type="button" size="sm" onClick={() => setStep("password")}>
            I have an account
          </Anchor>
        </Stack>
      </EntryCard>
    );
  }
  return <FirstStep back={back} onStep={setStep} onSignedIn={enter} />;
}

interface FirstStepProps {
  back: string | undefined;
  onStep: (step: Step) => void;
  onSignedIn: () => void;
}

function FirstStep({ back, onStep, onSignedIn }: FirstStepProps) {
  const { error: refusal } = route.useSearch();
  const { data: options, error, refetch } = useQuery(signInOptionsQuery);
  if (options?.signIn === "none") return <NotNeeded />;
  return (
    <EntryCard title="Sign in" below={back && "Then you are back where you were."}>
      {error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!options && !error && (
        <Skeleton
          height={190}
          role="status"
          aria-busy="true"
          aria-label="Loading the ways to sign in"
        />
      )}
      {options && (
        <Stack gap="lg">
          {refusal && <ErrorPanel error={providerError(refusal)} />}
          <PasswordForm onSignedIn={onSignedIn} onSecondFactor={() => onStep("second factor")} />
          {options.providers.length > 0 && (
            <>
              <Divider label="or" />
              <ProviderButtons providers={options.providers} target={pageUrl(back)} />
            </>
          )}
          {options.openRegistration ? (
            <Anchor component="button" type="button" size="sm" onClick={() => onStep("register")}>
              Create an account
            </Anchor>
          ) : (
            <Text size="sm" c="dimmed" ta="center">
              No account, or no way in? An owner or admin of your organisation can invite you.
            </Text>
          )}
        </Stack>
      )}
    </EntryCard>
  );
}

function NotNeeded() {
  return (
    <EntryCard
      title="Nobody needs to sign in"
      below="This server asks nobody who he is: it is reached from its own machine alone."
    >
      <LinkButton to="/" size="md" fullWidth>
        Go to Home
      </LinkButton>
    </EntryCard>
  );
}

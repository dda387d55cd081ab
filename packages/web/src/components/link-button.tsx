import { Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";

type AnchorProps = Omit<ComponentProps<"a">, keyof ButtonProps | "ref">;

/** A button that goes to a page: a real link, with the router's typed targets. */
export const LinkButton = createLink((props: ButtonProps & AnchorProps) => (
  <Button component="a" {...props} />
));

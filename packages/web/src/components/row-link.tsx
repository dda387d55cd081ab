import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import styles from "./row-link.module.css";

/** A link whose target is the whole row it stands in. */
export const RowLink = createLink(({ children, className, ...props }: ComponentProps<"a">) => (
  <a {...props} className={`${styles["link"]} ${className ?? ""}`}>
    {children}
  </a>
));

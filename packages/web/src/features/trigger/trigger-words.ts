import type { Trigger } from "@flotilla/core";

/** When it starts something, in words. */
export function whenWords({ source }: Pick<Trigger, "source">): string {
  if (source.kind === "webhook") {
    return source.scheme === "github"
      ? "a webhook of GitHub comes in"
      : "a signed webhook comes in";
  }
  const { of, agent, name, statuses } = source;
  const which = [agent && `of ${agent}`, name && `named ${name}`].filter(Boolean).join(" ");
  return `a ${of}${which && ` ${which}`} is ${statuses.join(" or ")}`;
}

/** What it starts, in words. */
export function startWords({ start }: Pick<Trigger, "start">): string {
  return `a ${start.kind} of ${start.agent}${start.version === undefined ? "" : ` v${start.version}`}`;
}

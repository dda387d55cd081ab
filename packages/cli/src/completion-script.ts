/** A command as completion needs it. */
export interface CompletionNode {
  /** `/batch/run`; the root is empty. */
  path: string;
  summary: string;
  /** Names of the commands below it. */
  children: string[];
  options: CompletionOption[];
}

export interface CompletionOption {
  name: string;
  summary: string;
  /** `flag`: it takes none; an array: one of these. */
  value: "flag" | "path" | "text" | readonly string[];
}

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** The completion script for a shell, to be sourced by it. */
export function completionScript(shell: Shell, nodes: readonly CompletionNode[]): string {
  if (shell === "bash") return bashScript(nodes);
  return shell === "zsh" ? zshScript(nodes) : fishScript(nodes);
}

function bashScript(nodes: readonly CompletionNode[]): string {
  return `# flotilla completion for bash: source <(flotilla completion bash)
_flotilla() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at/$word" in
      ${pathPattern(nodes)}) at="$at/$word" ;;
    esac
  done
  COMPREPLY=()
  case "$at:$prev" in
${valueCases(nodes, (values) => `COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$cur"))`, 'COMPREPLY=($(compgen -f -- "$cur"))')}
  esac
  case "$at" in
${nodes.map((node) => `    "${node.path}") word="${words(node).join(" ")}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$word" -- "$cur"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _flotilla flotilla
`;
}

function zshScript(nodes: readonly CompletionNode[]): string {
  const described = nodes.map((node) => {
    const children = node.children.map((name) => {
      const child = nodes.find((one) => one.path === `${node.path}/${name}`);
      return quote(`${name}:${child?.summary ?? ""}`);
    });
    const options = node.options.map((option) => quote(`--${option.name}:${option.summary}`));
    return `    "${node.path}") items=(${[...children, ...options].join(" ")}) ;;`;
  });
  return `#compdef flotilla
# flotilla completion for zsh: source <(flotilla completion zsh)
_flotilla() {
  local prev="\${words[CURRENT-1]}" at="" word
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at/$word" in
      ${pathPattern(nodes)}) at="$at/$word" ;;
    esac
  done
  case "$at:$prev" in
${valueCases(nodes, (values) => `compadd -- ${values.join(" ")}`, "_files")}
  esac
  case "$at" in
${described.join("\n")}
  esac
  _describe flotilla items || _files
}
compdef _flotilla flotilla
`;
}

function fishScript(nodes: readonly CompletionNode[]): string {
  const lines = nodes.flatMap((node) => {
    const here = `complete -c flotilla -n '__flotilla_at "${node.path}"'`;
    const children = node.children.map((name) => {
      const child = nodes.find((one) => one.path === `${node.path}/${name}`);
      return `${here} -f -a ${name} -d ${fishQuote(child?.summary ?? "")}`;
    });
    const options = node.options.map(
      (option) => `${here} -l ${option.name}${fishValue(option)} -d ${fishQuote(option.summary)}`,
    );
    return [...children, ...options];
  });
  const paths = nodes.filter((node) => node.path !== "").map((node) => node.path);
  return `# flotilla completion for fish: flotilla completion fish | source
function __flotilla_at
    set -l at ""
    for word in (commandline -opc)[2..-1]
        contains -- "$at/$word" ${paths.join(" ")}; and set at "$at/$word"
    end
    test "$at" = "$argv[1]"
end
${lines.join("\n")}
`;
}

function pathPattern(nodes: readonly CompletionNode[]): string {
  return nodes
    .filter((node) => node.path !== "")
    .map((node) => node.path)
    .join("|");
}

function words(node: CompletionNode): string[] {
  return [...node.children, ...node.options.map((option) => `--${option.name}`)];
}

/** What to offer after an option that takes a value. */
function valueCases(
  nodes: readonly CompletionNode[],
  choose: (values: readonly string[]) => string,
  files: string,
): string {
  return nodes
    .flatMap(({ path, options }) =>
      options.map(({ name, value }) => {
        if (value === "flag") return "";
        const offer = value === "path" ? files : value === "text" ? ":" : choose(value);
        return `    "${path}:--${name}") ${offer}; return ;;`;
      }),
    )
    .filter(Boolean)
    .join("\n");
}

function fishValue({ value }: CompletionOption): string {
  if (value === "flag") return "";
  if (value === "path") return " -r -F";
  return value === "text" ? " -x" : ` -x -a ${fishQuote(value.join(" "))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

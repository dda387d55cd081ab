/** Words with commas between them; none when nothing was given. */
export function listOption(text = ""): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

// What must be settled before the app's modules run.

// A dark page never flashes light.
(() => {
  let scheme = "auto";
  try {
    scheme = localStorage.getItem("mantine-color-scheme-value") || scheme;
  } catch {
    // Storage is forbidden: the system's scheme it is.
  }
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const isDark = scheme === "dark" || (scheme === "auto" && systemIsDark);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
})();

// The content security policy allows no `eval`, so zod does not try whether it is there.
globalThis.__zod_globalConfig = { jitless: true };

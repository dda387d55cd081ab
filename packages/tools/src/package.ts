import { FlotillaError } from "@flotilla/core";
import { findPackageJSON, registerHooks } from "node:module";
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadModule, provideImports, type LoadedTool } from "./load-module.ts";

/** So that a package is looked for from elsewhere than this file: `flotilla-tools:@acme/crm`. */
const scheme = "flotilla-tools:";

/**
 * The tools that installed packages export. They are looked for as a module in the folder `from` would find them.
 * Rejects with `config_invalid` naming the package and what is wrong with it.
 */
export async function loadPackages(names: readonly string[], from: string): Promise<LoadedTool[]> {
  const parentURL = pathToFileURL(join(from, "flotilla.yaml")).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith(scheme)
        ? next(specifier.slice(scheme.length), { ...context, parentURL })
        : next(specifier, context),
  });
  try {
    const loaded: LoadedTool[] = [];
    for (const name of names) loaded.push(...(await loadPackage(name, parentURL, from)));
    return loaded;
  } finally {
    hooks.deregister();
  }
}

async function loadPackage(name: string, base: string, from: string): Promise<LoadedTool[]> {
  const description = packageFile(name, base);
  if (description === undefined) {
    throw new FlotillaError("config_invalid", `The tool package ${name} is not installed.`, {
      remedy: `Run npm install ${name} in ${from}, or take it out of tools.packages.`,
    });
  }
  provideImports(`${pathToFileURL(dirname(realpathSync(description))).href}/`);
  return loadModule({
    specifier: `${scheme}${name}`,
    what: `The tool package ${name}`,
    source: name,
    remedy: "Correct or update the package, or take it out of tools.packages.",
  });
}

function packageFile(name: string, base: string): string | undefined {
  try {
    return findPackageJSON(name, base);
  } catch {
    return undefined;
  }
}

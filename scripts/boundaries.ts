import { cruise, format, type ICruiseResult } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import { sourceFiles } from "./source-files.ts";

/**
 * Checks the layers and cycles of .dependency-cruiser.cjs. A cruiser that cannot parse our files
 * or resolve our imports finds nothing and passes, so this fails too when it saw too little.
 */
const folders = ["packages", "bench", "e2e", "scripts"];
const mustSee = ["node_modules/@dbos-inc/", "node_modules/pg/"];

const options = await extractOptions("./.dependency-cruiser.cjs");
const cruised = await cruise(folders, options, options.enhancedResolveOptions);
const result = cruised.output as ICruiseResult;
const report = await format(result, { outputType: "err" });
process.stdout.write(report.output as string);

const seen = result.modules.map(({ source }) => source);
const ours = sourceFiles("ts", "tsx").filter((file) => folders.includes(file.split("/")[0]!));
const missed = ours.filter((file) => !seen.includes(file));
const unseen = mustSee.filter((folder) => !seen.some((file) => file.startsWith(folder)));
if (ours.length === 0 || missed.length > ours.length * 0.1) {
  console.error(`Saw only ${ours.length - missed.length} of our ${ours.length} files.`);
  console.error(`Not seen: ${missed.slice(0, 10).join(", ")}`);
}
if (unseen.length > 0)
  console.error(`Saw no import from ${unseen.join(", ")}; the rules are blind.`);
const blind = ours.length === 0 || missed.length > ours.length * 0.1 || unseen.length > 0;
process.exitCode = blind || report.exitCode !== 0 ? 1 : 0;

import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { repository } from "../command.ts";
import { openFurnished, type Furnished } from "../furnished/open-furnished.ts";
import { webPlaces } from "../furnished/web-pages.ts";
import type { WebPlace } from "../furnished/web-place.ts";
import { readOptions } from "../read-options.ts";
import { openBrowser } from "../web/open-browser.ts";
import { openWindow } from "../web/open-window.ts";
import { shown, walkTo } from "../web/walk-app.ts";

const usage = `Usage: npm run screens -- [options]

Takes a picture of every page of the web app, light and dark, with a shop's work on it.

  --to folder      where the pictures go (default: docs/screens)
  --only text      places whose names begin so; may be repeated
  --scheme name    light or dark (default: both)
  --width pixels   of the window (default: 1440)
  --format name    webp or png (default: webp)
  --quick          a platform with less on it
  --list           the names of the places
`;

const schemes = ["light", "dark"] as const;
const formats = ["webp", "png"] as const;
/** The window's height; a picture is as high as that. */
const height = 900;
const quality = 62;
/** What is followed live comes a moment after the page. */
const settleMs = 700;

interface Options {
  folder: string;
  places: WebPlace[];
  schemes: readonly (typeof schemes)[number][];
  width: number;
  format: (typeof formats)[number];
  isQuick: boolean;
  isList: boolean;
}

/** Throws an Error that says which argument is wrong. */
function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      to: { type: "string", default: join(repository, "docs/screens") },
      only: { type: "string", multiple: true, default: [] },
      scheme: { type: "string" },
      width: { type: "string", default: "1440" },
      format: { type: "string", default: "webp" },
      quick: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
    },
  });
  const { only, scheme, width } = values;
  const format = formats.find((name) => name === values.format);
  if (!format) throw new Error(`--format: "${values.format}" is none of ${formats.join(", ")}.`);
  if (!/^\d{3,4}$/.test(width)) throw new Error(`--width: "${width}" is no width in pixels.`);
  const chosen = schemes.filter((name) => scheme === undefined || scheme === name);
  if (chosen.length === 0) throw new Error(`--scheme: "${scheme}" is none of light, dark.`);
  const places = webPlaces.filter(
    ({ name }) => only.length === 0 || only.some((start) => name.startsWith(start)),
  );
  if (places.length === 0) throw new Error(`--only: no place is called ${only.join(" or ")}.`);
  return {
    folder: resolve(values.to),
    places,
    schemes: chosen,
    width: Number(width),
    format,
    isQuick: values.quick,
    isList: values.list,
  };
}

async function main(): Promise<void> {
  const options = readOptions(parseOptions, usage);
  if (options.isList) {
    for (const { name } of options.places) console.log(name);
    return;
  }
  const size = options.isQuick
    ? { invoices: 40, tickets: 1_500 }
    : { invoices: 300, tickets: 1_500 };
  const [furnished, browser] = await Promise.all([openFurnished(size), openBrowser()]);
  try {
    await mkdir(options.folder, { recursive: true });
    await Promise.all(
      options.schemes.map((scheme) => takeAll(furnished, browser, options, scheme)),
    );
    await dropUnknown(options);
  } finally {
    await browser.close();
    await furnished.stop();
  }
}

async function takeAll(
  furnished: Furnished,
  browser: Browser,
  options: Options,
  scheme: (typeof schemes)[number],
): Promise<void> {
  const { owner, platform } = furnished;
  const open = async (cookies: Furnished["owner"]["cookies"] = []) => {
    const context = await openWindow(browser, platform.url, {
      ...{ cookies, viewport: { width: options.width, height }, colorScheme: scheme },
      ...{ locale: "en-GB", timezoneId: "Europe/Berlin" },
    });
    return context.newPage();
  };
  const [member, stranger] = [await open(owner.cookies), await open()];
  let isTouched = true;
  for (const place of options.places) {
    const page = place.isEntry ? stranger : member;
    // What was opened at the place before would be open still.
    if (place.isEntry || isTouched) {
      await page.goto(place.path(furnished));
      await shown(page);
    } else {
      await walkTo(page, place.path(furnished));
    }
    await place.act?.(page);
    isTouched = place.act !== undefined;
    const file = join(options.folder, `${place.name}-${scheme}.${options.format}`);
    await take(page, file, options.format);
    // What stands over the page would stand over the next one too.
    if (place.act) await page.keyboard.press("Escape");
    process.stderr.write(`${file}\n`);
  }
}

async function take(page: Page, file: string, format: Options["format"]): Promise<void> {
  // Where nothing blinks, and every picture and font is there.
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
  await page.waitForTimeout(settleMs);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format,
    ...(format === "webp" && { quality }),
  });
  await session.detach();
  await writeFile(file, Buffer.from(data, "base64"));
}

/** Pictures of places that are no more are not kept beside those of all the others. */
async function dropUnknown({ folder, places }: Options): Promise<void> {
  if (places.length < webPlaces.length) return;
  const known = webPlaces.flatMap(({ name }) => schemes.map((scheme) => `${name}-${scheme}`));
  let bytes = 0;
  for (const file of await readdir(folder)) {
    const isPicture = /\.(webp|png)$/.test(file);
    if (isPicture && !known.includes(file.replace(/\.\w+$/, ""))) await rm(join(folder, file));
    else bytes += (await stat(join(folder, file))).size;
  }
  process.stderr.write(`${(bytes / 1e6).toFixed(1)} MB\n`);
}

// What was started ends with this process, which a signal must not skip.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

await main();

import { describe, expect, test } from "vitest";
import {
  checkCommandLine,
  dollarOption,
  integerOption,
  numberOption,
  repeatedOption,
  UsageError,
  type CommandArgs,
} from "./usage.ts";

const args: CommandArgs = {
  name: { type: "positional" },
  file: { type: "string", alias: "f" },
  format: { type: "enum", options: ["csv", "jsonl"] },
  detach: { type: "boolean", alias: "d" },
  color: { type: "boolean", default: true },
};

describe("the command line", () => {
  test.each([
    [["one", "--file", "a.csv"]],
    [["one", "-f", "a.csv", "-d"]],
    [["--file=a.csv", "one", "--no-color"]],
    [["one", "--file", "-"]],
    [["--", "--one"]],
    [[]],
  ])("%j is accepted", (words) => {
    expect(() => checkCommandLine(words, args)).not.toThrow();
  });

  test.each([
    [["--nope"], "There is no option --nope."],
    [["-x"], "There is no option -x."],
    [["--no-file"], "There is no option --no-file."],
    [["one", "--file"], "--file needs a value."],
    [["one", "--file", "--detach"], "--file needs a value."],
    [["one", "two"], '"two" is one word too many.'],
    [["--constructor"], "There is no option --constructor."],
  ])("%j is refused", (words, message) => {
    expect(() => checkCommandLine(words, args)).toThrow(message);
  });

  test("a variadic positional takes all the words", () => {
    const variadic: CommandArgs = { input: { type: "positional", variadic: true } };
    expect(() => checkCommandLine(["what", "is", "this"], variadic)).not.toThrow();
  });
});

describe("values of options", () => {
  test("whole numbers within the range", () => {
    expect(integerOption("port", "0", { min: 0, max: 65_535 })).toBe(0);
    expect(integerOption("port", undefined, { min: 0 })).toBeUndefined();
    for (const wrong of ["", "x", "1.5", "-1", "65536", "1e9"]) {
      expect(() => integerOption("port", wrong, { min: 0, max: 65_535 })).toThrow(
        `--port takes a whole number from 0 to 65535, not "${wrong}".`,
      );
    }
  });

  test("numbers within the range", () => {
    expect(numberOption("jitter", "0.25", { min: 0, max: 1 })).toBe(0.25);
    expect(() => numberOption("jitter", "2", { min: 0, max: 1 })).toThrow(UsageError);
  });

  test("dollars with and without their sign", () => {
    expect(dollarOption("budget", "2.50")).toBe(2.5);
    expect(dollarOption("budget", "$0.01")).toBe(0.01);
    for (const wrong of ["0", "-1", "$", "much", "Infinity"]) {
      expect(() => dollarOption("budget", wrong)).toThrow(UsageError);
    }
  });

  test("repeated options keep all their values, in order", () => {
    expect(repeatedOption("recording", ["--recording", "a", "--port=1", "--recording=b"])).toEqual([
      "a",
      "b",
    ]);
    expect(repeatedOption("recording", [])).toEqual([]);
  });
});

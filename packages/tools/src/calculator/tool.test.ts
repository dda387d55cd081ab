import { Decimal } from "decimal.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { testContext } from "../test-context.ts";

const port = await openTools();

async function calculate(expression: string): Promise<string> {
  const { result } = (await port.call("calculator", { expression }, testContext())) as {
    result: string;
  };
  return result;
}

describe("results", () => {
  test.each([
    ["0.1+0.2", "0.3"],
    ["48/2", "24"],
    ["1/3", `0.${"3".repeat(30)}`],
    ["2/3", `0.${"6".repeat(29)}7`],
    ["1/3*3", "1"],
    ["(12.5 + 3) * 4 / 7", "8.85714285714285714285714285714"],
    [".5*10", "5"],
    ["5.", "5"],
    ["1e3 + 1E-3", "1000.001"],
    ["--5 + +5", "10"],
    ["-2^2", "-4"],
    ["2^3^2", "512"],
    ["2^-2", "0.25"],
    ["2**10", "1024"],
    ["6×7−4÷2", "40"],
    ["2^200/2^10", String(2n ** 190n)],
    ["3^1000", String(3n ** 1000n)],
    ["10^40+1", String(10n ** 40n + 1n)],
    ["10^40/3", "3.33333333333333333333333333333e+39"],
    ["sqrt(2)", "1.41421356237309504880168872421"],
    ["sqrt(0.25)", "0.5"],
    ["2^0.5", "1.41421356237309504880168872421"],
    ["pi", "3.14159265358979323846264338328"],
    ["ln(e)", "1"],
    ["log10(1000) + log2(8)", "6"],
    ["round(2.5) + round(-2.5)", "0"],
    ["round(2.675, 2)", "2.68"],
    ["round(1250, -2)", "1300"],
    ["floor(-1.5) + ceil(-1.5) + trunc(-1.5)", "-4"],
    ["floor(1/3*3)", "1"],
    ["max(1, 2, 3) - MIN(4, 5)", "-1"],
    ["abs(-3)", "3"],
    ["0^0", "1"],
    ["-0", "0"],
  ])("%s is %s", async (expression, result) => {
    expect(await calculate(expression)).toBe(result);
  });
});

describe("the per cent sign", () => {
  test.each([
    ["10 % 3", "1"],
    ["-7 % 3", "2"],
    ["7 % (0 - 3)", "-2"],
    ["5%", "0.05"],
    ["50000*5%", "2500"],
    ["3*(2+150%)", "10.5"],
    ["50% - 0.1", "0.4"],
    ["50%^2", "0.25"],
    ["mod(10, -3)", "-2"],
  ])("%s is %s", async (expression, result) => {
    expect(await calculate(expression)).toBe(result);
  });
});

describe("commas", () => {
  test.each([
    ["3,650*10/100", "365"],
    ["725*10,440,000", "7569000000"],
    ["12,345,678.5*2", "24691357"],
    ["max(1000,200)", "1000"],
    ["max(1, 200)", "200"],
  ])("%s is %s", async (expression, result) => {
    expect(await calculate(expression)).toBe(result);
  });

  test.each(["max(1,000, 3)", "max(1,000,3)", "max(100,200)", "1,00", "1000,000", "1,2"])(
    "%s is refused rather than guessed",
    async (expression) => {
      await expect(calculate(expression)).rejects.toMatchObject({ code: "tool_input_invalid" });
    },
  );
});

describe("refusals say what is wrong", () => {
  test.each([
    ["9^9^9", "above 10^500"],
    ["2^999999999999999999999", "above 10^500"],
    ["1e999", "above 10^500"],
    ["1e500*10", "above 10^500"],
    ["10^-600", "10^500"],
    ["exp(1e9)", "exp takes a number"],
    ["1/0", "divides by zero"],
    ["5 % 0", "divides by zero"],
    ["0^-1", "divides by zero"],
    ["sqrt(-1)", "no real square root"],
    ["(-8)^(1/3)", "no real power"],
    ["ln(0)", "above zero"],
    ["50=50-20", 'unexpected "=" at character 3'],
    ["$5 * 2", 'unexpected "$" at character 1'],
    ["3*A", '"a" has no value'],
    ["4*50k", 'unexpected "k" at character 5'],
    ["2:15", 'unexpected ":"'],
    ["1 2", 'unexpected "2" at character 3'],
    ["(1+2", "ends too early"],
    ["5-", "ends too early"],
    ["1.2.3", 'unexpected ".3"'],
    ["round(1, 2, 3)", "round takes 1 to 2 arguments"],
    ["sqrt()", "unexpected"],
    ["sqrt", "needs its arguments"],
    ["log(3)", "there is no function"],
    ["constructor", "has no value"],
    ["__proto__(1)", "unexpected"],
    ["process.exit(1)", "unexpected"],
  ])("%s: %s", async (expression, problem) => {
    await expect(calculate(expression)).rejects.toMatchObject(refusal(problem));
  });

  test("of what is nested, stacked or written too long", async () => {
    for (const [expression, problem] of [
      ["(".repeat(400) + "1" + ")".repeat(400), "nest deeper than 64"],
      [Array(400).fill("2").join("^"), "more than 64 powers"],
      ["1+".repeat(600) + "1", "<=1000 characters"],
    ] as const) {
      await expect(calculate(expression)).rejects.toMatchObject(refusal(problem));
    }
  });

  test("the costliest expressions end in well under a second", async () => {
    const started = performance.now();
    for (const expression of [
      Array(83)
        .fill(`9.${"9".repeat(9)}`)
        .join("*"),
      "(1.0000001^142)".padEnd(900, "*1.0000001^142"),
      "ln(2)/".repeat(160) + "3",
      "2^0.3^".repeat(30) + "2",
      "-".repeat(999) + "1",
    ]) {
      await calculate(expression).catch(() => undefined);
    }
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe("properties", () => {
  const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
  const scaled = fc
    .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.nat(8))
    .map(([digits, places]) => new Decimal(String(digits)).div(10 ** places).toFixed());

  test("whole numbers add, subtract and multiply as BigInt does", async () => {
    await fc.assert(
      fc.asyncProperty(integer, integer, integer, async (a, b, c) => {
        expect(await calculate(`(${a}) + (${b}) * (${c}) - (${a})`)).toBe(String(b * c));
      }),
    );
  });

  test("quotients that come out even are exact, and remainders complete them", async () => {
    await fc.assert(
      fc.asyncProperty(integer, fc.bigInt({ min: 1n, max: 10n ** 20n }), async (a, b) => {
        expect(await calculate(`(${a * b}) / ${b}`)).toBe(String(a));
        expect(await calculate(`floor((${a}) / ${b}) * ${b} + (${a}) % (${b})`)).toBe(String(a));
      }),
    );
  });

  test("decimals behave as in decimal arithmetic of ample precision", async () => {
    const Ample = Decimal.clone({ precision: 200 });
    await fc.assert(
      fc.asyncProperty(scaled, scaled, async (a, b) => {
        const [x, y] = [new Ample(a), new Ample(b)];
        expect(await calculate(`(${a}) * (${b}) - (${a})`)).toBe(plain(x.times(y).minus(x)));
        if (y.isZero()) return;
        const quotient = new Decimal(await calculate(`(${a}) / (${b})`));
        const error = x.div(y).minus(quotient).abs();
        expect(error.lte(x.div(y).abs().times("1e-29"))).toBe(true);
      }),
    );
  });

  test("any text gives a number or a refusal, never another error", async () => {
    const token = fc.constantFrom(
      ...Array.from("0123456789.,+-*/%^() eE"),
      ...["sqrt(", "max(", "pi", "1,000", "$"],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 40, minLength: 1 }), async (tokens) => {
        const outcome = await calculate(tokens.join("")).catch((error: unknown) => error);
        if (typeof outcome === "string") expect(outcome).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?$/);
        else expect(outcome).toMatchObject({ code: "tool_input_invalid" });
      }),
      { numRuns: 500 },
    );
  });
});

function refusal(problem: string): object {
  const message = expect.stringContaining(problem) as string;
  return { code: "tool_input_invalid", transient: false, message };
}

function plain(value: Decimal): string {
  return value.isZero() ? "0" : value.toFixed();
}

import { FlotillaError } from "@flotilla/core";
import { createToken, EmbeddedActionsParser, Lexer, type IToken } from "chevrotain";

/** What an expression says, before anything is computed. */
export type Expression =
  | { kind: "number"; text: string }
  | { kind: "constant"; name: string }
  | { kind: "call"; name: string; operands: Expression[] }
  | { kind: "negate"; operand: Expression }
  | { kind: "percent"; operand: Expression }
  | { kind: "binary"; operator: Operator; left: Expression; right: Expression };

export type Operator = "+" | "-" | "*" | "/" | "%" | "^";

/** Deeper parentheses, or more powers, than any sum written by hand. */
const MAX_NESTING = 64;

const space = createToken({ name: "space", pattern: /\s+/, group: Lexer.SKIPPED });
/** Before `number`, which would take only its first digits. */
const grouped = createToken({
  name: "grouped",
  pattern: /\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?/,
});
const number = createToken({
  name: "number",
  pattern: /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/,
});
const name = createToken({ name: "name", pattern: /[a-zA-Z][a-zA-Z0-9]*/ });
const power = createToken({ name: "power", pattern: /\^|\*\*/ });
const times = createToken({ name: "times", pattern: /[*×·]/ });
const over = createToken({ name: "over", pattern: /[/÷]/ });
const plus = createToken({ name: "plus", pattern: "+" });
const minus = createToken({ name: "minus", pattern: /[-−]/ });
/** `%` before an operand is the remainder; anywhere else it is "per cent". */
const modulo = createToken({ name: "modulo", pattern: /%(?=\s*[\d.(a-zA-Z])/ });
const percent = createToken({ name: "percent", pattern: "%" });
const open = createToken({ name: "open", pattern: "(" });
const close = createToken({ name: "close", pattern: ")" });
const comma = createToken({ name: "comma", pattern: "," });

const vocabulary = [
  ...[space, grouped, number, name, power, times, over],
  ...[plus, minus, modulo, percent, open, close, comma],
];

/** Loosest first: sum, product, sign, power (from the right), per cent, operand. */
class Grammar extends EmbeddedActionsParser {
  /** How many function calls enclose the current token. */
  calls = 0;

  constructor() {
    super(vocabulary, { maxLookahead: 2 });
    this.performSelfAnalysis();
  }

  readonly whole = this.RULE("whole", (): Expression => this.SUBRULE(this.sum));

  private readonly sum = this.RULE("sum", (): Expression => {
    let left = this.SUBRULE(this.product);
    this.MANY(() => {
      const operator = this.OR([
        { ALT: () => (this.CONSUME(plus), "+" as const) },
        { ALT: () => (this.CONSUME(minus), "-" as const) },
      ]);
      left = { kind: "binary", operator, left, right: this.SUBRULE2(this.product) };
    });
    return left;
  });

  private readonly product = this.RULE("product", (): Expression => {
    let left = this.SUBRULE(this.signed);
    this.MANY(() => {
      const operator = this.OR([
        { ALT: () => (this.CONSUME(times), "*" as const) },
        { ALT: () => (this.CONSUME(over), "/" as const) },
        { ALT: () => (this.CONSUME(modulo), "%" as const) },
      ]);
      left = { kind: "binary", operator, left, right: this.SUBRULE2(this.signed) };
    });
    return left;
  });

  private readonly signed = this.RULE("signed", (): Expression => {
    let negative = false;
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(plus) },
        { ALT: () => ((negative = !negative), this.CONSUME(minus)) },
      ]);
    });
    const operand = this.SUBRULE(this.powered);
    return negative ? { kind: "negate", operand } : operand;
  });

  private readonly powered = this.RULE("powered", (): Expression => {
    const left = this.SUBRULE(this.scaled);
    let result = left;
    this.OPTION(() => {
      this.CONSUME(power);
      result = { kind: "binary", operator: "^", left, right: this.SUBRULE(this.signed) };
    });
    return result;
  });

  private readonly scaled = this.RULE("scaled", (): Expression => {
    let operand = this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(percent);
      operand = { kind: "percent", operand };
    });
    return operand;
  });

  private readonly operand = this.RULE("operand", (): Expression =>
    this.OR([
      { ALT: (): Expression => ({ kind: "number", text: this.CONSUME(number).image }) },
      { ALT: () => this.groupedNumber(this.CONSUME(grouped)) },
      { ALT: () => this.SUBRULE(this.named) },
      { ALT: () => this.SUBRULE(this.parenthesised) },
    ]),
  );

  private readonly parenthesised = this.RULE("parenthesised", (): Expression => {
    this.CONSUME(open);
    const inner = this.SUBRULE(this.sum);
    this.CONSUME(close);
    return inner;
  });

  private readonly named = this.RULE("named", (): Expression => {
    const called = this.CONSUME(name).image.toLowerCase();
    let result: Expression = { kind: "constant", name: called };
    this.OPTION(() => {
      this.CONSUME(open);
      this.calls++;
      const operands: Expression[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: comma, DEF: () => operands.push(this.SUBRULE(this.sum)) });
      this.calls--;
      this.CONSUME(close);
      result = { kind: "call", name: called, operands };
    });
    return result;
  });

  private groupedNumber(token: IToken): Expression {
    if (this.calls > 0) {
      throw refuse(
        `inside a function "${token.image}" could be one number or several; ` +
          "leave the comma out of a number, and put a space after a comma between arguments",
      );
    }
    return { kind: "number", text: token.image.replaceAll(",", "") };
  }
}

const lexer = new Lexer(vocabulary);
const grammar = new Grammar();

/**
 * Reads an expression of the calculator's language (docs/tools.md).
 * Throws `tool_input_invalid` naming the character at which it stops making sense.
 */
export function parseExpression(text: string): Expression {
  const { tokens, errors } = lexer.tokenize(text);
  const stray = errors[0];
  if (stray) throw unexpected(text.charAt(stray.offset), stray.offset);
  checkNesting(tokens);
  grammar.input = tokens;
  grammar.calls = 0;
  const expression = grammar.whole();
  const problem = grammar.errors[0];
  if (!problem) return expression;
  const { image, startOffset } = problem.token;
  if (image === "")
    throw refuse("it ends too early: an operand or a closing parenthesis is missing");
  throw unexpected(image, startOffset);
}

/** Before parsing, since the parser recurses. */
function checkNesting(tokens: readonly IToken[]): void {
  let depth = 0;
  let powers = 0;
  for (const { tokenType } of tokens) {
    if (tokenType === power) powers++;
    if (tokenType === close) depth--;
    if (tokenType === open && ++depth > MAX_NESTING) {
      throw refuse(`parentheses nest deeper than ${MAX_NESTING}`);
    }
  }
  if (powers > MAX_NESTING) throw refuse(`it has more than ${MAX_NESTING} powers`);
}

function unexpected(image: string, offset: number): FlotillaError {
  return refuse(`unexpected "${image}" at character ${offset + 1}`);
}

/** An error the model can act on. */
export function refuse(problem: string): FlotillaError {
  return new FlotillaError("tool_input_invalid", `The expression cannot be computed: ${problem}.`, {
    remedy: "Correct the expression: numbers, + - * / % ^, parentheses and the listed functions.",
  });
}

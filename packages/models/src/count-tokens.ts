import { outputText, type Message, type ModelRequest, type ToolResult } from "@flotilla/core";

/** Of an image, as providers scale it; they count by its size in pixels. */
const tokensPerImage = 1_600;
/** What a message costs beside its text, in every API: role and delimiters. */
const tokensPerMessage = 4;
/** Instructions of so many agents are remembered. */
const mostInstructions = 1_000;

/**
 * Counts the tokens of requests by a way to count a text. Parts of a history never change and a run
 * sends them again and again, so each is counted once.
 */
export class RequestTokens {
  readonly #countText: (text: string) => number;
  readonly #parts = new WeakMap<object, number>();
  readonly #instructions = new Map<string, number>();

  constructor(countText: (text: string) => number) {
    this.#countText = countText;
  }

  of({ tools, instructions, messages, output }: Omit<ModelRequest, "model">): number {
    const offered = tools.length > 0 ? this.#remembered(tools, this.#json) : 0;
    const shape = output ? this.#remembered(output, this.#json) : 0;
    return (
      this.#instructionTokens(instructions) +
      offered +
      shape +
      this.#remembered(messages, this.#history)
    );
  }

  #remembered<T extends object>(value: T, count: (value: T) => number): number {
    const before = this.#parts.get(value);
    if (before !== undefined) return before;
    const tokens = count(value);
    this.#parts.set(value, tokens);
    return tokens;
  }

  #instructionTokens(text: string): number {
    const before = this.#instructions.get(text);
    if (before !== undefined) return before;
    if (this.#instructions.size >= mostInstructions) this.#instructions.clear();
    const tokens = this.#countText(text);
    this.#instructions.set(text, tokens);
    return tokens;
  }

  readonly #json = (value: object) => this.#countText(JSON.stringify(value));

  readonly #history = (messages: Message[]) => {
    let tokens = 0;
    for (const message of messages) {
      // A tool message is made anew for each request; its results are not.
      if (message.role !== "tool") tokens += this.#remembered(message, this.#spoken);
      else for (const result of message.results) tokens += this.#remembered(result, this.#result);
    }
    return tokens;
  };

  readonly #result = ({ output }: ToolResult) =>
    tokensPerMessage + this.#countText(outputText(output));

  readonly #spoken = ({ content }: Exclude<Message, { role: "tool" }>) =>
    content.reduce((sum, part) => {
      if (part.type === "image") return sum + tokensPerImage;
      const isCall = part.type === "tool_call";
      return sum + this.#countText(isCall ? part.tool + JSON.stringify(part.input) : part.text);
    }, tokensPerMessage);
}

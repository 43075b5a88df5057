/** Says in plain words what is wrong where the parser gave up: what stands there, and what is still open. */
import { type Parser, tokTypes } from "acorn";
import type { Positions } from "./positions";
import type { SourceError } from "./types";

export interface ParserError extends SyntaxError {
  readonly pos: number;
  readonly raisedAt: number;
}

export function isParserError(cause: unknown): cause is ParserError {
  return cause instanceof SyntaxError && "pos" in cause && "raisedAt" in cause;
}

export const decoratorMessage = "Decorators are not supported in a model file";

/** What a parser's error says to the person who wrote the text. */
export function describeSyntaxError(
  { message, pos, raisedAt }: ParserError,
  file: string,
  positions: Positions,
  parser: typeof Parser,
): SourceError {
  const { text } = positions;
  if (message === decoratorMessage || text[pos] === "@") {
    const name = /^@[\p{ID_Continue}$.]*/u.exec(text.slice(pos))?.[0] ?? "@";
    const hint = "Call the function yourself: `const A = decorate(class A { … })`.";
    return { message: decoratorMessage, hint, file, range: positions.range(pos, pos + name.length) };
  }
  if (message !== "Unexpected token") {
    const word = wordAt(text, pos);
    const end = /^[\p{ID_Continue}$]/u.test(word) ? pos + word.length : Math.max(raisedAt, pos + word.length);
    const range = positions.range(pos, end);
    return { message: `Syntax error: ${lowerFirst(message)}`, file, range };
  }
  const found = wordAt(text, pos);
  const context = readContext(text, pos, parser);
  const closes = context.open && closing[context.open.bracket];
  const range = positions.range(pos, pos + found.length);
  if (found === "" && context.open) {
    const expected = closes ? `, expected \`${closes}\`` : "";
    return {
      message: `Syntax error: the file ends here${expected}`,
      file,
      range,
      hint: stillOpen(context.open, positions),
    };
  }
  if (found === "")
    return { message: "Syntax error: the file ends in the middle of a statement", file, range };
  if (closes && /^[)\]}]$/.test(found) && found !== closes) {
    const said = `Syntax error: expected \`${closes}\`, found \`${found}\``;
    return { message: said, file, range, ...(context.open && { hint: stillOpen(context.open, positions) }) };
  }
  const hint = hintFor(found, context);
  return { message: `Syntax error: unexpected \`${found}\``, file, range, ...(hint && { hint }) };
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "${": "}" };

interface Open {
  readonly bracket: string;
  readonly at: number;
}

interface Context {
  /** The innermost bracket that nothing has closed yet. */
  readonly open: Open | undefined;
  /** Whether what stands in front is a whole expression. */
  readonly afterExpression: boolean;
}

function readContext(text: string, pos: number, parser: typeof Parser): Context {
  const open: Open[] = [];
  let afterExpression = false;
  try {
    for (const token of parser.tokenizer(text, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowHashBang: true,
    })) {
      if (token.start >= pos) break;
      const bracket = text.slice(token.start, token.end);
      if (closing[bracket]) open.push({ bracket, at: token.start });
      else if (/^[)\]}]$/.test(bracket)) open.pop();
      const isValue =
        token.type === tokTypes.name || token.type === tokTypes.num || token.type === tokTypes.string;
      afterExpression = isValue || bracket === ")" || bracket === "]";
    }
  } catch {
    // The text in front of the error cannot be read on its own: what was found so far has to do.
  }
  return { open: open.at(-1), afterExpression };
}

function stillOpen({ bracket, at }: Open, positions: Positions): string {
  const { line, column } = positions.range(at, at);
  return `The \`${bracket}\` at line ${line}, column ${column} is not closed.`;
}

function hintFor(found: string, { open, afterExpression }: Context): string | null {
  if (found === "#") return "A comment begins with `//`.";
  const startsValue = /^[\p{ID_Start}$_\d"'`[{]/u.test(found);
  if (!startsValue || !afterExpression) return null;
  if (open && open.bracket !== "{") return `A comma or an operator may be missing in front of \`${found}\`.`;
  return `A semicolon, a comma or an operator may be missing in front of \`${found}\`.`;
}

/** The word, text or sign at an offset; empty at the end of the file. */
function wordAt(text: string, offset: number): string {
  return /^(?:[\p{ID_Continue}$]+|"[^"\n]*"?|'[^'\n]*'?|=>|\.\.\.|\S)/u.exec(text.slice(offset))?.[0] ?? "";
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** Parses a model file's original text, and says what is wrong with one that cannot be run. */
import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type Options, Parser } from "acorn";
import { isNode, linkNodes, type Node } from "./node";
import { Positions } from "./positions";
import { SourceProblem } from "./source-problem";
import type { SourceError } from "./types";
import { findUnsupported } from "./unsupported";

export interface Parsed {
  readonly file: string;
  readonly text: string;
  readonly typescript: boolean;
  readonly positions: Positions;
  readonly program: Node;
  /** Every node that runs, outer before inner. */
  readonly nodes: readonly Node[];
}

const TypeScriptParser = Parser.extend(tsPlugin());
const JsxParser = Parser.extend(tsPlugin({ jsx: {} }));

/** The tree of a text. Throws a `SourceProblem` for a syntax error and for what Gradlens cannot run. */
export function parse(text: string, file: string): Parsed {
  const typescript = /\.[mc]?tsx?$/i.test(file);
  const positions = new Positions(text);
  const program = parseTree(text, file, typescript, positions);
  const nodes = linkNodes(program);
  const unsupported = findUnsupported(nodes);
  if (unsupported) {
    const { node, message, hint } = unsupported;
    throw new SourceProblem({ message, hint, file, range: positions.range(node.start, node.end) });
  }
  return { file, text, typescript, positions, program, nodes };
}

function parseTree(text: string, file: string, typescript: boolean, positions: Positions): Node {
  const parser = typescript ? TypeScriptParser : Parser;
  const options: Options = {
    ecmaVersion: "latest",
    sourceType: "module",
    allowHashBang: true,
    allowSuperOutsideMethod: false,
  };
  try {
    return asNode(parser.parse(text, options));
  } catch (cause) {
    const script = typescript ? null : parseScript(text);
    if (script) return script;
    if (!isSyntaxError(cause)) throw cause;
    throw new SourceProblem(findJsx(text, file, positions) ?? describe(cause, text, file, positions));
  }
}

/** CommonJS is not strict: `with`, octal numbers and a variable called `await` are allowed there. */
function parseScript(text: string): Node | null {
  try {
    return asNode(Parser.parse(text, { ecmaVersion: "latest", sourceType: "commonjs", allowHashBang: true }));
  } catch {
    return null;
  }
}

function asNode(program: unknown): Node {
  if (!isNode(program)) throw new TypeError("the parser gave no tree");
  return program;
}

interface AcornError extends SyntaxError {
  readonly pos: number;
  readonly raisedAt: number;
}

function isSyntaxError(cause: unknown): cause is AcornError {
  return cause instanceof SyntaxError && "pos" in cause && "raisedAt" in cause;
}

function findJsx(text: string, file: string, positions: Positions): SourceError | null {
  if (!/<[\p{ID_Start}$_>]/u.test(text)) return null;
  try {
    const tree = asNode(JsxParser.parse(text, { ecmaVersion: "latest", sourceType: "module" }));
    const jsx = linkNodes(tree).find((node) => node.type === "JSXElement" || node.type === "JSXFragment");
    if (!jsx) return null;
    return {
      message: "JSX is not supported in a model file",
      hint: "Move the component to a file of its own: a model file computes and draws nothing.",
      file,
      range: positions.range(jsx.start, jsx.end),
    };
  } catch {
    return null;
  }
}

function describe(cause: AcornError, text: string, file: string, positions: Positions): SourceError {
  const said = cause.message.replace(/ \(\d+:\d+\)$/, "");
  const [token] = /^(?:[\p{ID_Continue}$]+|"[^"\n]*"?|'[^'\n]*'?|[^\s])/u.exec(text.slice(cause.pos)) ?? [""];
  const end = Math.max(cause.pos + token.length, said === "Unexpected token" ? 0 : cause.raisedAt);
  const found = token === "" ? "the file ends here, in the middle of something" : `unexpected \`${token}\``;
  const message =
    said === "Unexpected token" ? `Syntax error: ${found}` : `Syntax error: ${lowerFirst(said)}`;
  const hint = token === "" ? "A closing bracket, brace or quote is missing further up." : undefined;
  return { message, file, range: positions.range(cause.pos, end), ...(hint && { hint }) };
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

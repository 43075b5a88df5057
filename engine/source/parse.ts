/** Parses a model file's original text, and says what is wrong with one that cannot be run. */

import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type Options, Parser } from "acorn";
import { withFailedAttempts } from "./failed-attempts";
import type { Comment, Parsed } from "./parsed";
import { Positions } from "./positions";
import { SourceProblem } from "./source-problem";
import { decoratorMessage, describeSyntaxError, isParserError } from "./syntax-error";
import { isNode, linkNodes, type SyntaxNode } from "./syntax-node";
import type { SourceError } from "./types";
import { findUnsupported } from "./unsupported";

/** The stack ended before the text did. */
class NestedTooDeeply extends RangeError {
  constructor(readonly pos: number) {
    super("nested too deeply");
  }
}

/** TypeScript is parsed by trial and error: each error would count lines from the top of the file for its message. */
function withCheapErrors(Base: typeof Parser): typeof Parser {
  return class extends Base {
    raise(pos: number, message: string): never {
      // No syntax error: it must not be taken for a reading that failed.
      if (/^Not enough stack space/.test(message)) throw new NestedTooDeeply(pos);
      throw parserError(message, pos, Number(Reflect.get(this, "pos")));
    }
    raiseRecoverable(pos: number, message: string): never {
      this.raise(pos, message);
    }
  };
}

function parserError(message: string, pos: number, raisedAt: number): SyntaxError {
  return Object.assign(new SyntaxError(message), { pos, raisedAt });
}

/** The plugin knows `<const T>` on functions, but not in the types of functions and methods. */
function withConstTypes(Base: typeof Parser): typeof Parser {
  return class extends Base {
    tsParseTypeParameters(modifiers?: unknown): unknown {
      const parseConst: unknown = Reflect.get(this, "tsParseConstModifier");
      return Reflect.get(Base.prototype, "tsParseTypeParameters").call(this, modifiers ?? parseConst);
    }
  };
}

/** Before the parameters of `async <T>(x) => …` the plugin does not forget an `await` further up in the file. */
function withOwnAwaits(Base: typeof Parser): typeof Parser {
  return class extends Base {
    tsTryParseGenericAsyncArrowFunction(...args: unknown[]): unknown {
      const names = ["yieldPos", "awaitPos", "awaitIdentPos"];
      const before = names.map((name): unknown => Reflect.get(this, name));
      for (const name of names) Reflect.set(this, name, 0);
      const arrow: unknown = Reflect.get(Base.prototype, "tsTryParseGenericAsyncArrowFunction").apply(
        this,
        args,
      );
      for (const [i, name] of names.entries()) Reflect.set(this, name, before[i]);
      return arrow;
    }
  };
}

/** The plugin wants a name for an abstract class also where `export default` stands before it. */
function withUnnamedClasses(Base: typeof Parser): typeof Parser {
  return class extends Base {
    parseExportDefaultDeclaration(): unknown {
      const call = (name: string, ...args: unknown[]): unknown =>
        (Reflect.get(this, name) as (...given: unknown[]) => unknown).apply(this, args);
      if (!call("isAbstractClass"))
        return Reflect.get(Base.prototype, "parseExportDefaultDeclaration").call(this);
      const node = Object.assign(call("startNode") as object, { abstract: true });
      call("next");
      return call("parseClass", node, "nullableID");
    }
  };
}

/** On functions the plugin reads decorators and forgets them: they are refused where they stand. */
function withoutDecorators(Base: typeof Parser): typeof Parser {
  return class extends Base {
    parseDecorator(): never {
      const start = Number(Reflect.get(this, "start"));
      throw parserError(decoratorMessage, start, start);
    }
  };
}

const JavaScriptParser = Parser.extend(withCheapErrors);
const TypeScriptParser = Parser.extend(
  tsPlugin(),
  withFailedAttempts,
  withConstTypes,
  withoutDecorators,
  withUnnamedClasses,
  withOwnAwaits,
  withCheapErrors,
);
const JsxParser = Parser.extend(tsPlugin({ jsx: {} }), withFailedAttempts, withCheapErrors);

/** The tree of a text. Throws a `SourceProblem` for a syntax error and for what Gradlens cannot run. */
export function parse(text: string, file: string): Parsed {
  const typescript = /\.[mc]?tsx?$/i.test(file);
  const positions = new Positions(text);
  const { program, sloppy, comments } = parseTree(text, file, typescript, positions);
  const nodes = linkNodes(program);
  const unsupported = findUnsupported(nodes);
  if (unsupported) {
    const { node, message, hint } = unsupported;
    throw new SourceProblem({ message, hint, file, range: positions.range(node.start, node.end) });
  }
  return {
    file,
    text,
    typescript,
    positions,
    mark: unusedName(text, nodes),
    program,
    sloppy,
    nodes,
    comments,
  };
}

/** A name may also be written with escapes. */
function unusedName(text: string, nodes: readonly SyntaxNode[]): string {
  const isTaken = (mark: string) => text.includes(mark) || nodes.some(({ name }) => name?.startsWith(mark));
  let mark = "__gradlens";
  for (let i = 1; isTaken(mark); i++) mark = `__gradlens${i}_`;
  return mark;
}

type Tree = Pick<Parsed, "program" | "sloppy" | "comments">;

function parseTree(text: string, file: string, typescript: boolean, positions: Positions): Tree {
  const parser = typescript ? TypeScriptParser : JavaScriptParser;
  const { comments, onComment } = collectComments();
  const options: Options = {
    ecmaVersion: "latest",
    sourceType: "module",
    allowHashBang: true,
    allowSuperOutsideMethod: false,
    onComment,
  };
  try {
    const program = asNode(parser.parse(text, options));
    return { program, sloppy: false, comments: comments() };
  } catch (cause) {
    const script = /\.c?jsx?$/i.test(file) ? parseScript(text) : null;
    if (script) return script;
    if (cause instanceof RangeError) {
      const [start, end] = cause instanceof NestedTooDeeply ? [cause.pos, cause.pos + 1] : [0, text.length];
      const message = "This file is nested too deeply to be read";
      throw new SourceProblem({ message, file, range: positions.range(start, end) });
    }
    if (!isParserError(cause)) throw cause;
    const error = findJsx(text, file, positions);
    throw new SourceProblem(error ?? describeSyntaxError(cause, file, positions, JavaScriptParser));
  }
}

/** CommonJS is not strict: `with`, octal numbers and a variable called `await` are allowed there. */
function parseScript(text: string): Tree | null {
  const { comments, onComment } = collectComments();
  const options: Options = { ecmaVersion: "latest", sourceType: "commonjs", allowHashBang: true, onComment };
  try {
    return { program: asNode(JavaScriptParser.parse(text, options)), sloppy: true, comments: comments() };
  } catch {
    return null;
  }
}

/** What stands in a stretch that is tried in several ways is told several times. */
function collectComments() {
  const found = new Map<number, Comment>();
  return {
    onComment: (_isBlock: boolean, text: string, start: number, end: number) => {
      found.set(start, { text, start, end });
    },
    comments: () => [...found.values()].sort((a, b) => a.start - b.start),
  };
}

function asNode(program: unknown): SyntaxNode {
  if (!isNode(program)) throw new TypeError("the parser gave no tree");
  return program;
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

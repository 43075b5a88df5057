/** A file's functions that may be at fault, each with one small change: what is tried to find the line of a mistake. */
import { compilePlainly } from "../compile";
import { originalOffset } from "../original-offset";
import { parse } from "../parse";
import type { Parsed } from "../parsed";
import { Positions } from "../positions";
import { VariableScopes } from "../scope";
import { isFunction, isNode, type SyntaxNode } from "../syntax-node";
import type { Range } from "../types";
import { Atoms } from "./atoms";
import { findFaulty } from "./faulty";
import type { Change } from "./found";
import { keyOfBody } from "./mark";
import { textChangesOf } from "./text-changes";

export interface TextRepair {
  /** Of the function, by which the running file asks for other code. */
  readonly key: string;
  /** The line of what is changed, in the text of the file, and the expression around it. */
  readonly line: number;
  range(): Range;
  /** The smaller, the likelier is the mistake that it undoes. */
  readonly cost: number;
  /** Whether it only adds up what was overwritten. */
  readonly isOperator: boolean;
  /** What stands there, and what would stand there. */
  was(): string;
  becomes(): string;
  /** The function's code with the change. */
  code(): string;
}

/** What may be changed in a backward pass and in what only it calls. */
export class Repairs {
  readonly #parsed: Parsed;
  readonly #positions: Positions;
  readonly #original: (offset: number) => number;
  readonly #functions: readonly { readonly body: SyntaxNode; readonly atoms: Atoms }[];

  /** @param at where the pass is declared @param runtime the name by which code knows the runtime */
  constructor(
    text: string,
    readonly file: string,
    at: Range,
    readonly runtime: string,
  ) {
    const plain = compilePlainly(text, file);
    this.#parsed = parse(plain.code, file.replace(/\.([mc]?)tsx?$/i, ".$1js"));
    this.#positions = new Positions(text);
    this.#original = (offset) => originalOffset(plain, offset);
    const faulty = findFaulty(this.#parsed).find(({ backward }) => this.#isIn(backward, at));
    const scopes = new VariableScopes(this.#parsed.nodes);
    this.#functions = (faulty?.functions ?? []).flatMap((fn) => {
      const holders = [fn, faulty?.backward ?? fn, faulty?.forward ?? fn];
      const { nodes, text: code } = this.#parsed;
      return isNode(fn.body) ? [{ body: fn.body, atoms: new Atoms(nodes, holders, code, scopes) }] : [];
    });
  }

  /** Those whose cost lies between two numbers. @param isWanted which lines count */
  between(least: number, most: number, isWanted: (line: number) => boolean): TextRepair[] {
    return this.#functions.flatMap(({ body, atoms }) => {
      const inside = this.#parsed.nodes.filter(({ start, end }) => body.start <= start && end <= body.end);
      const wanted = inside.filter(({ start }) => isWanted(this.#lineOf(start)));
      const changes = textChangesOf(wanted, this.#parsed.text, atoms, [least, most]);
      const fuel = fuelIn(inside, this.runtime);
      return changes.map((change) => this.#repair(change, body, fuel));
    });
  }

  #repair(change: Change, body: SyntaxNode, fuel: readonly Put[]): TextRepair {
    const { text } = this.#parsed;
    const [whole, original] = [valueAround(change.node), this.#original];
    return {
      key: keyOfBody(this.file, original(body.start)),
      cost: change.cost,
      isOperator: change.isOperator,
      line: this.#lineOf(change.start),
      range: () => this.#positions.range(original(whole.start), original(whole.end - 1) + 1),
      was: () => text.slice(whole.start, whole.end),
      becomes: () => applied(text, whole, [change]),
      code: () => codeOf(body, applied(text, body, [change, ...fuel])),
    };
  }

  #lineOf(offset: number): number {
    const start = this.#original(offset);
    return this.#positions.range(start, start).line;
  }

  #isIn({ start }: SyntaxNode, at: Range): boolean {
    const place = this.#original(start);
    const { line, column } = this.#positions.range(place, place);
    return (line > at.line || (line === at.line && column >= at.column)) && line <= at.endLine;
  }
}

interface Put {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Each turn of a loop burns some, so that no change keeps it running. */
function fuelIn(inside: readonly SyntaxNode[], runtime: string): Put[] {
  return inside.flatMap(({ type, body }): Put[] => {
    if (!/^(For|While|DoWhile)/.test(type) || !isNode(body)) return [];
    const burn = `${runtime}.burn();`;
    if (body.type === "BlockStatement") return [{ start: body.start + 1, end: body.start + 1, text: burn }];
    return [
      { start: body.start, end: body.start, text: `{ ${burn} ` },
      { start: body.end, end: body.end, text: " }" },
    ];
  });
}

/** The text of a node with changes in it; what stands inside of another change is dropped. */
function applied(text: string, { start, end }: SyntaxNode, puts: readonly Put[]): string {
  const [change] = puts;
  let at = start;
  let out = "";
  const inTurn = puts
    .filter((put) => put === change || !change || put.end <= change.start || put.start >= change.end)
    .sort((a, b) => a.start - b.start || a.end - b.end);
  for (const put of inTurn) {
    out += text.slice(at, put.start) + put.text;
    at = put.end;
  }
  return out + text.slice(at, end);
}

/** Evaluated in the function itself, where its parameters and `this` are known. */
function codeOf(body: SyntaxNode, code: string): string {
  return body.type === "BlockStatement" ? `(() => ${code})()` : `(${code})`;
}

/** The expression around a change that is given a name, added up or returned. */
function valueAround(node: SyntaxNode): SyntaxNode {
  let inner = node;
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (/Statement$|Declaration$|Declarator$|^Assignment/.test(outer.type) || isFunction(outer)) break;
    inner = outer;
  }
  return inner;
}

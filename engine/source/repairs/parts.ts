/** Changes of what an expression is made of: another name, index or number, a part that is missing. */
import type { SyntaxNode } from "../syntax-node";
import type { Atom, Atoms } from "./atoms";
import type { Found } from "./found";
import { isNamed, isWholeValue, type Purpose } from "./purpose";

/** Of more expressions not every product is tried. */
const MOST = 24;

export class Parts {
  readonly #found: Found;
  readonly #atoms: Atoms;

  constructor(found: Found, atoms: Atoms) {
    this.#found = found;
    this.#atoms = atoms;
  }

  of(node: SyntaxNode, purpose: Purpose): void {
    if (node.type === "Literal") this.#literal(node, purpose);
    if (node.type === "Identifier" || node.type === "MemberExpression") this.#leaf(node, purpose);
    if (purpose === "value" && node.type === "BinaryExpression") this.#square(node);
    if (purpose === "value" && isWholeValue(node)) this.#whole(node);
  }

  /** `h[t] * h[t]` for `h[t + 1] * h[t + 1]`. */
  #square(node: SyntaxNode): void {
    const { left: side, right, operator } = node;
    const own = side && this.#found.own(side);
    if (!side || !right || operator !== "*" || own !== this.#found.own(right)) return;
    const index = side.computed && side.property ? this.#found.own(side.property) : null;
    if (index !== null && side.object)
      for (const by of [" + 1", " - 1"]) {
        const other = `${this.#found.own(side.object)}[${index}${by}]`;
        this.#found.put(node, 1.5, `(${other} * ${other})`);
      }
    for (const { text, doubt } of this.#atoms.at(node))
      if (text !== own) this.#found.put(node, 1.8 + doubt, `((${text}) * (${text}))`);
  }

  #literal(node: SyntaxNode, purpose: Purpose): void {
    if (typeof node.value !== "number") return;
    const own = node.value;
    const steps = [own - 1, own + 1].filter((v) => v >= 0 || purpose !== "index");
    for (const v of steps) this.#found.put(node, 1.5, `(${v})`);
    if (purpose === "index") this.#indices(node, 1.5);
    if (purpose === "index" || purpose === "head") return;
    this.#found.put(node, 1.4, `(${-own})`);
    for (const v of [2 * own, own / 2, own === 0 ? 1 : 1 / own]) this.#found.put(node, 1.6, `(${v})`);
    for (const v of this.#atoms.numbers) this.#found.put(node, 1.8, `(${v})`);
    this.#others(node, 2.1, "other");
  }

  #leaf(node: SyntaxNode, purpose: Purpose): void {
    if (isNamed(node)) return;
    if (purpose === "index" || (purpose === "head" && node.type === "Identifier")) {
      const least = purpose === "index" ? 1.3 : 2.2;
      this.#indices(node, least);
      for (const by of [" + 1", " - 1"])
        this.#found.put(node, least + 0.1, `(${this.#found.own(node)}${by})`);
      return;
    }
    if (purpose !== "value") return;
    this.#others(node, 1.6, node.type === "Identifier" ? "name" : "member");
    const own = this.#found.own(node);
    if (node.parent?.type === "BinaryExpression") this.#found.put(node, 1.8, `((${own}) * (${own}))`);
    if (!/^[*/]$/.test(node.parent?.operator ?? "")) return;
    for (const { text, kind, doubt } of this.#atoms.at(node)) {
      if (kind === "other" || text === own) continue;
      this.#found.put(node, 2.6 + doubt, `((${own}) - (${text}))`);
      this.#found.put(node, 2.6 + doubt, `((${own}) + (${text}))`);
    }
    this.#found.put(node, 1.7, `((${own}) * (1 - (${own})))`);
  }

  #indices(node: SyntaxNode, cost: number): void {
    for (const { text, kind } of this.#atoms.at(node))
      if (kind === "name" && text !== this.#found.own(node) && this.#atoms.isIndex(text))
        this.#found.put(node, cost, text);
  }

  #others(node: SyntaxNode, cost: number, kind: Atom["kind"]): void {
    const own = this.#found.own(node);
    const base = own.split("[")[0];
    const index = own.slice(own.indexOf("["));
    for (const atom of this.#atoms.at(node)) {
      if (atom.text === own) continue;
      const isAlike = atom.kind === kind && (atom.text.split("[")[0] === base || atom.text.endsWith(index));
      const isAround = atom.kind === "other" && atom.text.includes(own);
      if (isAround && node.parent && this.#found.own(node.parent) === atom.text) continue;
      const more =
        atom.doubt +
        (isAlike ? -0.1 : isAround ? 0.15 : atom.kind === "other" ? 0.6 : atom.kind === kind ? 0 : 0.2);
      this.#found.put(node, cost + more, `(${atom.text})`);
    }
  }

  #factorsOf(node: SyntaxNode): string[] {
    if (node.operator !== "*" && node.operator !== "/") return [this.#found.own(node)];
    return [node.left, ...(node.operator === "*" ? [node.right] : [])].flatMap((each) =>
      each ? this.#factorsOf(each) : [],
    );
  }

  /** What is given a name, added or returned may lack a factor or a part. */
  #whole(node: SyntaxNode): void {
    const own = this.#found.own(node);
    const isTerm = /^[-+]$/.test(node.parent?.operator ?? "");
    this.#found.put(node, isTerm ? 2 : 1.7, `(-(${own}))`);
    // What only passes on a number may lack what it should do; one that was made for a sum seldom lacks anything there.
    const isSum = /^[-+]$/.test(node.operator ?? "") && node.type === "BinaryExpression";
    const isName = node.type === "Identifier" || node.type === "MemberExpression";
    const isPassed = /^(VariableDeclarator|Assignment|Arrow)/.test(node.parent?.type ?? "");
    const isListed = /^(ArrayExpression|Property)$/.test(node.parent?.type ?? "");
    const isBare = isName ? (isTerm || isListed ? 0.3 : isPassed ? -0.1 : 0) : isSum ? 0.1 : 0;
    const factors = new Set(isTerm ? [] : this.#factorsOf(node));
    for (const factor of ["2", "0.5"]) this.#found.put(node, 1.9 + isBare, `(${factor} * (${own}))`);
    for (const sign of ["+", "-"]) this.#found.put(node, 2, `(1 ${sign} (${own}))`);
    const atoms = this.#atoms.at(node).filter(({ text }) => !/^[\d.]+$/.test(text));
    for (const atom of atoms) this.#factor(node, atom, isBare, factors.has(atom.text));
    if (isTerm) return;
    const less = isSum || (isName && isPassed) ? 0.2 : 0;
    for (const { text, kind, doubt } of atoms) {
      const added = (kind === "other" ? 2.7 : 2.4) + doubt - less;
      this.#found.put(node, added, `((${own}) - (${text}))`);
      this.#found.put(node, added, `((${own}) + (${text}))`);
    }
    this.#product(node, atoms, isSum ? 0.2 : 0);
  }

  #factor(node: SyntaxNode, { text, kind, doubt }: Atom, isBare: number, isThere: boolean): void {
    const own = this.#found.own(node);
    const more = (kind === "other" ? 0.6 : 0) + isBare + doubt;
    this.#found.put(node, 2 + more - (isThere ? 0.3 : 0), `((${own}) * (${text}))`);
    this.#found.put(node, 2.1 + more, `((${own}) / (${text}))`);
    if (kind === "other") return;
    this.#found.put(node, 2.9 + doubt, `((${own}) * (1 - (${text})))`);
    this.#found.put(node, 3 + doubt, `((${own}) * (1 - (${text}) ** 2))`);
    this.#found.put(node, 3 + doubt, `((${own}) * (${text}) ** 2)`);
  }

  /** A summand of two factors; names that nobody reads make it likelier. */
  #product(node: SyntaxNode, atoms: readonly Atom[], less: number): void {
    if (this.#found.most < 2) return;
    const own = this.#found.own(node);
    // What was named last is nearest.
    const near = atoms
      .filter(({ kind }) => kind !== "other")
      .toReversed()
      .toSorted((a, b) => a.doubt - b.doubt)
      .slice(0, MOST);
    for (const [i, a] of near.entries())
      for (const b of near.slice(i)) {
        const cost = Math.max(2, 3.2 + a.doubt + b.doubt - less);
        for (const sign of ["+", "-"]) {
          this.#found.put(node, cost, `((${own}) ${sign} (${a.text}) * (${b.text}))`);
          if (a.doubt < 0) this.#found.put(node, cost, `((${own}) ${sign} (${a.text}) / (${b.text}))`);
        }
      }
  }
}

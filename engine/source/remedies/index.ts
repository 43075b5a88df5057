/** Makes edits of a text from what rules of the diagnosis propose. */
import type { Remedy } from "../../report/remedy";
import type { Site } from "../../report/report";
import { parse } from "../parse";
import type { Parsed } from "../parsed";
import type { SyntaxNode } from "../syntax-node";
import { argument, layerBehind, option, otherCallee, unwrap } from "./calls";
import { nameInText } from "./imports";
import { Puts, type TextEdit } from "./puts";
import { insert, remove } from "./statements";

export type { TextEdit } from "./puts";

/** The edits of all remedies, imports included, in the order of the text; null when one of them cannot be made safely. */
export function editsOf(text: string, file: string, remedies: readonly Remedy[]): TextEdit[] | null {
  const parsed = parse(text, file);
  const puts = new Puts(text);
  const isDone = remedies.every((remedy) => apply(remedy, parsed, puts));
  return isDone ? puts.edits() : null;
}

function apply(remedy: Remedy, parsed: Parsed, puts: Puts): boolean {
  switch (remedy.change) {
    case "callee": {
      const call = callAt(parsed, remedy.call);
      return call !== null && otherCallee(call, remedy.name, parsed, puts);
    }
    case "option": {
      const call = callAt(parsed, remedy.call);
      return call !== null && option(call, remedy, parsed, puts);
    }
    case "argument": {
      const call = callAt(parsed, remedy.call);
      return call !== null && argument(call, remedy.index, remedy.value, puts);
    }
    case "unwrap": {
      const call = callAt(parsed, remedy.call);
      return call !== null && unwrap(call, puts);
    }
    case "behind": {
      const call = callAt(parsed, remedy.call);
      return call !== null && layerBehind(call, remedy.name, puts);
    }
    case "wrap":
      return wrap(remedy, parsed, puts);
    case "remove": {
      const node = nodeAt(parsed, remedy.at);
      return node !== null && remove(node, puts);
    }
    case "insert": {
      const node = nodeAt(parsed, remedy.at);
      const isKnown = (remedy.uses ?? []).every((name) => nameInText(parsed, puts, name) === name);
      return node !== null && isKnown && insert(node, remedy.where, remedy.text, puts);
    }
  }
}

function wrap(
  { expression, name, more }: Extract<Remedy, { change: "wrap" }>,
  parsed: Parsed,
  puts: Puts,
): boolean {
  const node = nodeAt(parsed, expression);
  const inText = node && nameInText(parsed, puts, name);
  if (!node || !inText) return false;
  puts.put(node.start, node.end, `${inText}(${puts.own(node)}${more ? `, ${more}` : ""})`);
  return true;
}

/** The largest node with exactly the range of a place. */
function nodeAt({ nodes, positions }: Parsed, site: Site): SyntaxNode | null {
  const start = positions.offset(site.line, site.column);
  const end = positions.offset(site.endLine, site.endColumn);
  return nodes.find((node) => node.start === start && node.end === end) ?? null;
}

function callAt(parsed: Parsed, site: Site): SyntaxNode | null {
  const node = nodeAt(parsed, site);
  return node && /^(Call|New)Expression$/.test(node.type) ? node : null;
}

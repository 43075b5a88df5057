/** The table of operations: each once for the attributes that it was called with. */
import { isOpaque } from "../core/observe";
import type { Node } from "../core/tape";
import { detached, type Tensor } from "../core/tensor";
import type { TableBuilder } from "./columns";
import type { Numbered } from "./numbered";

/** What is told of an operation. */
interface Kind {
  readonly name: string;
  readonly label: string;
  readonly formula: string;
  readonly role: string;
}

const detach: Kind = { name: "detach", label: "detach x", formula: "\\bar{x} = 0", role: "stops" };
const none = Object.freeze({});

/** Longer texts and arrays are no attributes that a person would write. */
const MAX_TEXT = 32;
const MAX_NUMBERS = 8;

/** The rows of one operation, by attributes. */
interface Known {
  readonly rows: Map<string, number>;
  last: object;
  row: number;
}

export class OperationRows {
  readonly #known = new Map<Kind, Known>();

  constructor(private readonly builder: TableBuilder) {}

  /** Null for a leaf. */
  row(x: Tensor, node: Node | null, { ids }: Numbered): number | null {
    const origin = detached.get(x);
    if (node !== null) return this.#rowOf(node.op, node.attrs);
    return origin !== undefined && ids.has(origin) ? this.#rowOf(detach, none) : null;
  }

  #rowOf(kind: Kind, attrs: object): number {
    const known = this.#known.get(kind);
    if (known !== undefined && sameAttributes(attrs, known.last)) return known.row;
    const text = attributesOf(attrs);
    const rows = known?.rows ?? new Map<string, number>();
    const row = rows.get(text) ?? this.#add(kind, text);
    rows.set(text, row);
    this.#known.set(kind, { rows, last: attrs, row });
    return row;
  }

  #add({ name, label, formula, role }: Kind, attributes: string): number {
    const text = (value: string) => this.builder.text(value);
    return this.builder.add("operations", {
      name: text(name),
      label: text(label),
      formula: text(formula),
      role: text(role),
      attributes: text(attributes),
    });
  }
}

type Attributes = Readonly<Record<string, unknown>>;

/** Whether the attributes surely read the same; most calls of an operation are like the one before. */
function sameAttributes(attrs: object, last: object): boolean {
  if (attrs === last) return true;
  const [given, known] = [attrs as Attributes, last as Attributes];
  for (const name in given) if (given[name] !== known[name]) return false;
  for (const name in known) if (!(name in given)) return false;
  return true;
}

/** JSON of what is plain among the attributes; "" for nothing. */
function attributesOf(attrs: object): string {
  const plain = Object.entries(attrs).filter(([, value]) => isPlain(value));
  if (plain.length === 0) return "";
  return JSON.stringify(Object.fromEntries(plain.sort(([a], [b]) => (a < b ? -1 : 1))));
}

function isPlain(value: unknown): boolean {
  if (isOpaque(value)) return false;
  if (Array.isArray(value)) return value.length <= MAX_NUMBERS && value.every((v) => typeof v === "number");
  return (
    typeof value === "number" ||
    typeof value === "boolean" ||
    (typeof value === "string" && value.length <= MAX_TEXT)
  );
}

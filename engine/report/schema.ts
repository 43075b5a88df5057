/**
 * What a trace consists of: tables with columns of numbers, the same in whatever language a run was traced. Texts and shapes
 * stand in lists of their own, to which the columns lead.
 *
 * Each column says what its numbers are: counts, flags, plain numbers, or rows of a table. A row that may be missing is
 * written as its index + 1, and as 0 where there is none.
 */

/** What the numbers of a column are. */
export type Meaning =
  | { readonly kind: "count" | "number" }
  /** Below `most`. */
  | { readonly kind: "choice"; readonly most: number }
  | { readonly kind: "row"; readonly of: ListName; readonly optional: boolean; readonly earlier: boolean };

type ListName = "texts" | "shapes" | TableName;

const count: Meaning = { kind: "count" };
const number: Meaning = { kind: "number" };
const choice = (most: number): Meaning => ({ kind: "choice", most });
const to = (of: ListName): Meaning => ({ kind: "row", of, optional: false, earlier: false });
const maybe = (of: ListName): Meaning => ({ kind: "row", of, optional: true, earlier: false });
/** A row of the same table, above the one that leads to it; or none. */
const above = (of: TableName): Meaning => ({ kind: "row", of, optional: true, earlier: true });

export type TableName =
  | "sites"
  | "operations"
  | "nodes"
  | "edges"
  | "handed"
  | "gradients"
  | "singles"
  | "bindings"
  | "events"
  | "firstNames"
  | "modules"
  | "fields"
  | "moduleNames"
  | "standing"
  | "variables"
  | "calls"
  | "optimizers"
  | "optimised"
  | "acts"
  | "writes"
  | "fresh"
  | "cuts";

/** Statistics of elements: those of the finite ones, and how many are 0 or not finite. */
const measured = {
  min: number,
  max: number,
  mean: number,
  std: number,
  norm: number,
  zeros: count,
  nonFinite: count,
} as const;

export const schema = {
  /** Ranges of files, 1-based as in an editor, the end exclusive. */
  sites: {
    file: to("texts"),
    line: count,
    column: count,
    endLine: count,
    endColumn: count,
  },
  /** Kinds of operations: each once for the attributes that it was called with. */
  operations: {
    name: to("texts"),
    label: to("texts"),
    formula: to("texts"),
    role: to("texts"),
    /**
     * JSON of the plain attributes of the calls, by name in the order of the alphabet: numbers, booleans, short texts, short
     * arrays of numbers, such as {"dim":1}. "" where there are none. What is no finite number is written as null.
     */
    attributes: to("texts"),
  },
  /** Tensors of the run, inputs above what is made of them. */
  nodes: {
    /** None for a leaf. */
    operation: maybe("operations"),
    /** 1: takes a gradient. 2: no recorded operation made it. */
    flags: choice(4),
    dtype: to("texts"),
    shape: to("shapes"),
    site: maybe("sites"),
    /** The call of a layer in which it was made. */
    call: maybe("calls"),
    /** How many of the edges lead to it; those of the nodes above come first. */
    inputs: count,
    ...measured,
  },
  /** From an operation's result to its inputs, in order. */
  edges: { input: to("nodes") },
  /**
   * Norm of the gradient that an operation hands back along an edge, -1 for nothing. An edge that is not here hands back the
   * whole gradient of its input, which has no other use.
   */
  handed: { edge: to("edges"), norm: number },
  /** Gradients, of nodes in order. */
  gradients: { node: to("nodes"), ...measured },
  /** Single elements that are not finite: of a value (0) or of a gradient (1). */
  singles: { node: to("nodes"), of: choice(2), element: number },
  /** Identifiers of the source that were given tensors or layers. */
  bindings: {
    name: to("texts"),
    site: to("sites"),
    /** How it got its value: "declaration", "field", "parameter", "element", "return". */
    role: to("texts"),
    /** 1 when it stands at the top of its file, in no function. */
    isTop: choice(2),
  },
  /** What was given to them, in order: `part` is "[0]" for an element of an array. */
  events: { binding: to("bindings"), part: to("texts"), node: to("nodes") },
  /** The first names of leaves, in order. */
  firstNames: { node: to("nodes"), binding: to("bindings"), part: to("texts") },
  /** Layers: the class, and where it was constructed. */
  modules: {
    type: to("texts"),
    site: maybe("sites"),
    /** 1: it was constructed while the loss was computed, or while another layer ran. */
    made: choice(2),
    /** 1: in training mode when the run was over. 0: in evaluation mode. */
    training: choice(2),
    /** 1: a class of the library, of which nobody can change what it does. */
    library: choice(2),
  },
  /** What the fields of layers hold: a node, or a layer. */
  fields: { module: to("modules"), name: to("texts"), node: maybe("nodes"), child: maybe("modules") },
  /** Names that bindings gave to layers, in order. */
  moduleNames: { module: to("modules"), binding: to("bindings"), part: to("texts") },
  /**
   * Where nodes and layers stand when the run is over, the shortest paths first: behind a layer, or behind a variable at the
   * top of a file.
   */
  standing: {
    node: maybe("nodes"),
    module: maybe("modules"),
    /** The nearest layer on the path, and the path from there, or the whole path. */
    owner: maybe("modules"),
    within: to("texts"),
    path: to("texts"),
  },
  /** Variables at the top of files that hold the very value. */
  variables: { standing: to("standing"), name: to("texts") },
  /** Calls of layers, each in the one that made it. */
  calls: { module: to("modules"), caller: above("calls") },
  /**
   * Optimisers in the order of their construction: the last few. Before them, as "hand-written update", steps that the
   * program takes by itself: their site is where one is written; its `clears` are the steps whose gradients no other had used.
   */
  optimizers: {
    /** The class: "SGD". */
    type: to("texts"),
    site: maybe("sites"),
    /** Of the first group of parameters, when the run was over. */
    learningRate: number,
    /** 0 where the class has none. */
    momentum: number,
    weightDecay: number,
    /** Calls of `step`, and calls that cleared gradients of its parameters: its own `zeroGrad`, or that of a layer. */
    steps: count,
    clears: count,
  },
  /** The parameters of optimisers, in order. */
  optimised: {
    optimizer: to("optimizers"),
    /** None for a parameter that is no node. */
    node: maybe("nodes"),
    learningRate: number,
    weightDecay: number,
    /**
     * Euclidean norm of what a step changed, and of the parameter before; -1 where no step was measured. It is that of the
     * last step of the first ones, later of one in a few. Of a large parameter it is estimated from some of its elements.
     */
    update: number,
    before: number,
  },
  /** What a training loop did, in order: the first and the last acts. */
  acts: {
    /**
     * "backward"; "step" and "zeroGrad" of an optimiser, "zeroGrad" of a layer; "clip" of gradients; "schedule" of a rate; "loss" when the exported
     * loss began.
     */
    kind: to("texts"),
    /** None also for an optimiser that is not in the table. */
    optimizer: maybe("optimizers"),
    site: maybe("sites"),
    /** Of a clip: the norm, or the largest element, over its limit. Of a schedule: the rate over the first one. Else 0. */
    value: number,
  },
  /** Values that were written into leaves by the program, not by an optimiser: the last few of each, in order. */
  writes: {
    node: to("nodes"),
    /**
     * What wrote: "init.normal" and the like, "loadStateDict", "vectorToParameters", or what the text does to `data`:
     * "fill", "set", "copyWithin", "element" for `x.data[i] = …`. "requiresGrad" where it was switched off, and stayed so.
     */
    how: to("texts"),
    site: maybe("sites"),
  },
  /** Leaves that take a gradient and were made while the loss was computed, or while a layer ran. */
  fresh: { node: to("nodes") },
  /** Where a value that depends on something that takes a gradient went on without it. */
  cuts: {
    /** What takes the gradient. */
    from: maybe("nodes"),
    /** What was made of its values, as far as that is known. */
    to: maybe("nodes"),
    /**
     * "detach", "noGrad", "copy" of a tensor into a new one; "item", "data", "toArray" where numbers were read while the
     * loss was computed; "argmax", "cast", or "operation" for another one that has no derivative.
     */
    how: to("texts"),
    site: maybe("sites"),
  },
} as const satisfies Record<TableName, Record<string, Meaning>>;

export type Column = ArrayLike<number>;

/** The columns of all tables. */
export type Tables = {
  readonly [T in TableName]: { readonly [C in keyof (typeof schema)[T]]: Column };
};

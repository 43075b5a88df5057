/** What reading a model file's text gives: call sites, bindings, identifiers and layers, as plain data. */
import type { PrivateField } from "../core/private-fields";
import type { TopLevel } from "../core/top-level";

/** A stretch of the ORIGINAL text: lines and columns start at 1, the end is exclusive. */
export interface Range {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A place in the text that runs other code, or throws. Its id is what the running file hands to `Runtime.enter`. */
export interface SourceSite {
  readonly id: number;
  /** The whole call, `x.matmul(w)` with its receiver and arguments. */
  readonly range: Range;
  /** Only the name that is called, `matmul`: in a chain over several lines, the line that a person means. */
  readonly focus: Range;
  readonly kind: "call" | "new" | "template" | "throw";
  /** `relu`, `this.fc1.forward`, `relu(…).sum`. */
  readonly callee: string;
  /** The function around it as a person names it: `forward`, `Net.forward`; null at the top of the file. */
  readonly function: string | null;
}

export type BindingRole =
  | "declaration"
  | "assignment"
  | "parameter"
  | "field"
  | "loop"
  | "return"
  | "element";

/** A place in the text that gives a name to a value. Its id is what the running file hands to `Runtime.bind`. */
export interface SourceBinding {
  readonly id: number;
  /** `h`, `this.fc1`, `params.w`, `hs[i]`; of a return, the function: `Net.forward`. */
  readonly name: string;
  /** The identifier: `h`, or the last part, `fc1`; of a return, the word `return` or the `=>`. */
  readonly range: Range;
  readonly role: BindingRole;
  /** Whether it stands at the top of the file, in no function, class or block. */
  readonly isTop: boolean;
}

/** Another place where a bound name stands, most often a read. */
export interface Identifier {
  readonly range: Range;
  readonly name: string;
  /** Ids of the bindings it may refer to, the likeliest first. */
  readonly bindings: readonly number[];
}

export interface SourceLayer {
  readonly kind: "module" | "class" | "object" | "pair" | "customOp";
  /** `fc1`, `Net`, `affine`. */
  readonly name: string;
  /** The class whose field it is, or null. */
  readonly owner: string | null;
  /** `nn.Linear`, or null. */
  readonly type: string | null;
  /** The construction or the declaration. */
  readonly range: Range;
  readonly forward: Range | null;
  readonly backward: Range | null;
  /** Of a layer written by hand: the parameters of its two functions. */
  readonly inputs?: readonly SourceParameter[];
  readonly takes?: readonly SourceParameter[];
  /** How many of the parameters that the backward pass takes are gradients by their names, from the first on. */
  readonly incoming?: number;
  /** Where the functions themselves stand: what the running file tells of their calls by. */
  readonly places?: { readonly forward: Range; readonly backward: Range; readonly holder: Range };
  /** The names of a pair's functions. */
  readonly names?: readonly [forward: string, backward: string];
  /** Whether the file makes an object of the class by its name. */
  readonly isMade?: boolean;
  /** Of a backward pass written by hand. */
  readonly gradients?: SourceGradients;
}

/** A parameter of a function: its name, or the names of the parts into which it is taken apart. */
export interface SourceParameter {
  readonly name: string;
  readonly parts: readonly string[];
  /** `...ws`, which stands for all arguments from there on. */
  readonly rest: boolean;
}

/** Where a backward pass makes its gradients. */
export interface SourceGradients {
  /** One per input, as it returns them; a single one for all where it returns one value. */
  readonly returned: readonly SourceGradient[];
  /** Fields of the object that it fills: `dW`, `grads.W`. */
  readonly fields: readonly (SourceGradient & { readonly name: string })[];
  /** What it returns, as a whole; null when that stands in more than one place. */
  readonly result: Range | null;
  /** The assignments in it, in order. */
  readonly steps: readonly SourceStep[];
}

export interface SourceGradient {
  /** The key under which it is returned, or the field; null when it has none. */
  readonly name: string | null;
  /** The assignment that makes it, or the expression itself. */
  readonly range: Range;
  /** The steps that it comes from. */
  readonly madeOf: readonly number[];
}

/** An assignment in a backward pass. */
export interface SourceStep {
  readonly range: Range;
  /** False where it only passes on what it takes from elsewhere. */
  readonly makes: boolean;
}

/** A comment that says that a gradient is meant to be as it is. */
export interface SourceIntent {
  readonly comment: Range;
  /** The line that it is about: its own, or the next with code when it stands alone. */
  readonly line: number;
  /** What that line is the head of: a layer written by hand, a backward pass, a call of noGrad. */
  readonly covers: readonly Range[];
}

/** A comment that says that findings at a line are not to be told. */
export interface SourceIgnore {
  readonly comment: Range;
  /** The line that it is about: its own, or the next with code when it stands alone. */
  readonly line: number;
  /** The rules that it names; none: all. */
  readonly rules: readonly string[];
}

export interface SourceImport {
  readonly specifier: string;
  readonly range: Range;
}

export interface Analysis {
  readonly file: string;
  /** How the text wants to be loaded: by its extension, else by what stands in it. */
  readonly format: "module" | "commonjs";
  readonly sites: readonly SourceSite[];
  readonly bindings: readonly SourceBinding[];
  readonly identifiers: readonly Identifier[];
  readonly layers: readonly SourceLayer[];
  readonly intents: readonly SourceIntent[];
  readonly ignores: readonly SourceIgnore[];
  /** The exported `loss`, else the last `something.backward()` of the file's top level. */
  readonly loss: Range | null;
  readonly usesGradlens: boolean;
  readonly exports: readonly string[];
  readonly imports: readonly SourceImport[];
}

/** What is wrong with a text, and where. */
export interface SourceError {
  readonly message: string;
  readonly file: string;
  readonly range: Range;
  readonly hint?: string;
}

export type AnalysisResult =
  | { readonly analysis: Analysis; readonly error: null }
  | { readonly analysis: null; readonly error: SourceError };

export interface Compiled {
  /** Plain JavaScript with the marks in it, every line where it was. */
  readonly code: string;
  /** The name by which the code knows the `Runtime`: it stands nowhere in the text. */
  readonly runtime: string;
  readonly analysis: Analysis;
  /** For each stretch of the text that stands in the code, in order: its offset in the code, its offset in the text, its length. */
  readonly kept: readonly number[];
}

/**
 * What the compiled code calls, by the name `Compiled.runtime`. Tokens belong to the runtime: the code only carries them.
 * A stack that is a linked list (`enter` returns the old top, `leave` puts it back) also survives generators.
 */
export interface Runtime {
  /** Puts a site on top and returns what `leave` needs to go back. */
  enter(site: number): unknown;
  /** Goes back to before the matching `enter`, whatever was left on top, and returns the value. */
  leave<T>(before: unknown, value: T): T;
  /** Notes that a binding got a value, and returns the value. */
  bind<T>(binding: number, value: T): T;
  /** What `resume` needs to bring the sites back after an `await` or a `yield`. */
  suspend(): unknown;
  /** Notes a call of a hand-written function, with what it was called on and its arguments. */
  called(layer: string, self: unknown, args: ArrayLike<unknown>): void;
  /** The same for a function without `arguments` of its own; gives the function to use in its place. */
  calls<F>(layer: string, self: unknown, name: string, fn: F): F;
  /** Gives an object with hand-written functions, whose calls are to be told by it. */
  holds<T extends object>(layer: string, isLayer: boolean, object: T): T;
  /** From here on operations belong to the layer `self`, when it is one; returns what `out` needs to go back. */
  into(self: unknown): unknown;
  out(before: unknown): void;
  /** The layer ends with this exception; `out` comes next. */
  threw<E>(before: unknown, error: E): E;
  /** Passes on a function that says `into` itself. */
  tells<F>(forward: F): F;
  /** Passes a value on; of a function without parameters the numbers that it gives can be given again. */
  draws<T>(value: T): T;
  /** Hands over how to read and write the private fields of a class. */
  keep(type: unknown, fields: Readonly<Record<string, PrivateField>>): void;
  /** Hands over what stands at the top of a file with hand-written functions, by name. */
  offer(file: string, top: TopLevel): void;
  /** Passes on what a step of a file with hand-written layers gives, by its place. */
  step<T>(place: string, value: T): T;
  /** The code that a function that may be at fault runs in the place of its own, by the function's key; undefined: none. */
  instead(key: string): string | undefined;
  /** What such code calls in each turn of a loop. */
  burn(): void;
  /** Notes that the text reads `data` of a value, at a place, and returns the value. */
  reads<T>(place: string, value: T): T;
  /** Notes how the text writes into `data` of a value, at a place, and returns the value. */
  writes<T>(how: string, place: string, value: T): T;
  /** Hands over how to read the variables at the top of a file, in order: paths of names begin with them. */
  declares(file: string, variables: readonly (readonly [name: string, read: () => unknown])[]): void;
  /** Brings the sites back and returns the value; further arguments are ignored. */
  resume<T>(suspended: unknown, value: T, ...ignored: unknown[]): T;
}

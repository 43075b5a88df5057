/** What one run of a model file left behind: the input of traces and checks. */

import type { HandedNorms } from "../core/handed-norms";
import type { Tape } from "../core/tape";
import type { Tensor } from "../core/tensor";
import type { DiagnosisSettings } from "../report/questions";
import type { Remedy } from "../report/remedy";
import type { Device, Edit, Failure, Site } from "../report/report";

/** An identifier of the source that was given values. */
export interface SourceName {
  /** `h`, `this.fc1`, `hs[i]`; of a return, the function. */
  readonly name: string;
  readonly site: Site;
  /** How it got its value: "declaration", "field", "return", …; names from returns are no variables. */
  readonly role?: string;
  /** Whether it stands at the top of its file, in no function. */
  readonly isTop?: boolean;
}

/** A parameter of a function: its name, or the names of the parts into which it is taken apart. */
export interface ParameterName {
  readonly name: string;
  readonly parts: readonly string[];
  /** `...ws`, which stands for all arguments from there on. */
  readonly rest: boolean;
}

/** A gradient that the text of a backward pass makes. */
export interface GradientSite {
  /** The key under which it is returned, or the field, such as `dW`; null when it has none. */
  readonly name: string | null;
  readonly site: Site;
  /** The steps that it comes from. */
  readonly madeOf: readonly number[];
}

/** A layer of the text with a backward pass written by hand. */
export interface SourceLayerSite {
  readonly kind: "class" | "object" | "pair" | "customOp";
  /** `Affine`, `affine`. */
  readonly name: string;
  readonly site: Site;
  readonly forward: Site | null;
  readonly backward: Site | null;
  /** The parameters of its functions, in order, and how many of those of `backward` are gradients by their names. */
  readonly inputs: readonly ParameterName[];
  readonly takes: readonly ParameterName[];
  readonly incoming: number;
  /** What the running file tells of calls by: the functions' places. */
  readonly keys: { readonly self: string; readonly forward: string; readonly backward: string };
  /** The class that it extends, and whether the file makes an object of it by its name. */
  readonly extends?: string | null;
  readonly isMade?: boolean;
  /** The names of a pair's functions. */
  readonly names: readonly [forward: string, backward: string] | null;
  /** Where its backward pass makes the gradients of inputs, and those of fields. */
  readonly returned: readonly GradientSite[];
  readonly filled: readonly GradientSite[];
  /** What it returns as a whole, and the assignments in it. */
  readonly result: Site | null;
  readonly steps: readonly { readonly site: Site; readonly makes: boolean }[];
}

/** A comment that says that a gradient is meant to be as it is: about a line of its file, and what that is the head of. */
export interface Intent {
  readonly comment: Site;
  readonly line: number;
  readonly covers: readonly Site[];
}

/** A comment that says that findings at a line of its file are not to be told: of these rules, or of all when it names none. */
export interface Ignore {
  readonly comment: Site;
  readonly line: number;
  readonly rules: readonly string[];
}

/** A function of a backward pass with one small change in it: the likelier that undoes a mistake, the smaller its cost. */
export interface RepairSite {
  readonly key: string;
  readonly line: number;
  readonly cost: number;
  /** Whether it only adds up what was overwritten. */
  readonly isOperator: boolean;
  site(): Site;
  was(): string;
  becomes(): string;
  code(): string;
}

/** Those whose cost lies between two numbers, of the lines that are wanted. */
export type RepairSites = (least: number, most: number, isWanted: (line: number) => boolean) => RepairSite[];

/** What the ids of the instrumented code stand for; null for an id that is unknown, such as 0. */
export interface Sources {
  site(id: number): Site | null;
  binding(id: number): SourceName | null;
  /** Name of the class whose declaration covers the line; what a check of "the class at this line" needs. */
  classAt?(file: string, line: number): string | null;
  /** Classes and pairs of functions with hand-written backward passes. */
  handWritten?(): readonly SourceLayerSite[];
  /** Comments that say that a gradient is meant to be as it is. */
  intents?(): readonly Intent[];
  /** Comments that say that findings are not to be told. */
  ignores?(): readonly Ignore[];
  /** Changes of the texts as edits, imports included; null when one of them cannot be made safely. */
  edits?(remedies: readonly Remedy[]): readonly Edit[] | null;
  /** What may be tried to find the mistake in a backward pass that stands at a place. */
  repairs?(backward: Site): RepairSites | null;
}

/**
 * Computes the loss of a model file once more, from the same place in the sequence of the library's random numbers.
 * Pinned, all else that nobody can foresee starts anew as well: `Math.random` and the clocks.
 */
export type Rerun = (options?: {
  readonly isPinned: boolean;
}) => Promise<{ readonly loss: Tensor; readonly tape: Tape } | null>;

/** One run of a model file. */
export interface Run {
  readonly tape: Tape;
  readonly loss: Tensor | null;
  /** Gradients of the loss, by tensor; null when no backward pass ran. */
  readonly gradients: ReadonlyMap<Tensor, Tensor> | null;
  /** What operations handed back to tensors with several uses, as far as it was noted. */
  readonly handed?: HandedNorms | null | undefined;
  /** Whether the model called backward itself: then its leaves hold in `grad` what several passes added up. */
  readonly isSweptByModel?: boolean;
  readonly sources: Sources;
  /** Unique among all runs; left out where nobody asks. */
  readonly id?: string;
  /** The language of the model file; TypeScript unless it says otherwise. */
  readonly language?: string;
  /** Absolute path of the model file. */
  readonly file: string;
  readonly device: Device;
  readonly dtype: string;
  readonly durationMs: number;
  readonly failure: Failure | null;
  /** Computes the loss once more as the file does, on a tape of its own; missing when the file has no `loss` to call. */
  readonly rerun?: Rerun;
  /** Rules of the diagnosis whose measure is wanted though they may find nothing. */
  readonly measures?: readonly string[];
  /** How it is diagnosed; as usual when left out. */
  readonly diagnosis?: DiagnosisSettings | undefined;
  /** What the model file exports; null when it did not get that far. */
  readonly exports?: Readonly<Record<string, unknown>> | null;
}

/** Layers with a backward pass written by hand: a class with both methods, or a pair of functions. */
import { ModelError } from "../../error";
import { type HandWrittenObject, isHandWritten } from "../../nn/hand-written";
import type { Site } from "../../report";
import { copyOf, flatten } from "./values";

/** What one backward pass gave. */
export interface HandGradients {
  /** One per input; null where there is none. */
  readonly inputs: readonly unknown[];
  /** Gradients of the fields, by name of the field. */
  readonly fields: ReadonlyMap<string, unknown>;
}

/** A layer as the check sees it. Every call works on copies, so that the model's own state stays as it is. */
export interface HandWritten {
  /** `Affine`, `affine`. */
  readonly name: string;
  readonly site: Site | null;
  readonly backwardSite: Site | null;
  readonly inputs: readonly unknown[];
  /** Names of the inputs, as far as they are known. */
  readonly inputNames: readonly string[];
  /** Where the backward pass makes the gradients of inputs, and those of fields, as far as that is known. */
  readonly inputSites: readonly (Site | null)[];
  readonly fieldSites: ReadonlyMap<string, Site>;
  /** Fields that may be parameters. */
  readonly fields: ReadonlyMap<string, unknown>;
  /** A function that evaluates the output for inputs and fields, again and again. */
  evaluator(): (inputs: readonly unknown[], fields: ReadonlyMap<string, unknown>) => unknown;
  /** One forward pass, then the backward pass for the gradient that `cotangentFor` makes of the output. */
  gradients(cotangentFor: (output: unknown) => unknown): HandGradients;
}

interface About {
  readonly name: string;
  readonly site?: Site | null;
  readonly backwardSite?: Site | null;
  readonly inputs: readonly unknown[];
  readonly inputNames?: readonly string[];
  readonly inputSites?: readonly (Site | null)[];
  readonly fieldSites?: ReadonlyMap<string, Site>;
}

type Method = (...args: unknown[]) => unknown;

/** A layer from an instance of a class with `forward(...inputs)` and `backward(grad)`. */
export function handWrittenClass(instance: object, about: About): HandWritten {
  if (!isHandWritten(instance)) throw new ModelError(`${about.name} has no forward and backward`);
  const numeric = Object.entries(instance).filter(([name, value]) => isField(instance, name, value));
  return {
    ...described(about),
    fields: new Map(numeric),
    evaluator() {
      const copy = copyOf(instance);
      return (inputs, fields) => {
        for (const [name, value] of fields) copy[name] = value as never;
        return copy.forward(...inputs);
      };
    },
    gradients(cotangentFor) {
      const copy = copyOf(instance);
      clearGradients(
        copy,
        numeric.map(([name]) => name),
      );
      const inputs = about.inputs.map((input) => copyOf(input));
      const output = copy.forward(...inputs);
      const returned = copy.backward(cotangentFor(output));
      const fields = new Map<string, unknown>();
      for (const [name] of numeric) {
        const found = gradientOf(copy, name);
        if (found !== undefined) fields.set(name, found.value);
      }
      return { inputs: perInput(returned, inputs), fields };
    },
  };
}

/** A layer from two functions; with `cache`, `forward` returns [output, cache] and `backward` takes the cache. */
export function handWrittenPair(
  forward: Method,
  backward: Method,
  about: About & { readonly cache: boolean },
): HandWritten {
  const output = (inputs: readonly unknown[]) => {
    const result = forward(...inputs);
    if (!about.cache) return { out: result, cache: null };
    if (!Array.isArray(result) || result.length < 2) {
      throw new ModelError(`${about.name}: forward returned ${typeof result}, expected [output, cache]`);
    }
    return { out: result[0] as unknown, cache: result[1] as unknown };
  };
  return {
    ...described(about),
    fields: new Map(),
    evaluator: () => (inputs) => output(inputs).out,
    gradients(cotangentFor) {
      const inputs = about.inputs.map((input) => copyOf(input));
      const { out, cache } = output(inputs);
      const cotangent = cotangentFor(out);
      const returned = about.cache ? backward(cotangent, cache) : backward(cotangent, ...inputs);
      return { inputs: perInput(returned, inputs), fields: new Map() };
    },
  };
}

function described({ name, site = null, backwardSite = null, inputs, ...known }: About) {
  const { inputNames = [], inputSites = [], fieldSites = new Map<string, Site>() } = known;
  return { name, site, backwardSite, inputs, inputNames, inputSites, fieldSites };
}

/** One gradient per input: alone for a single one, in an array or as the values of an object for several. */
function perInput(returned: unknown, inputs: readonly unknown[]): readonly unknown[] {
  if (inputs.length === 1) {
    const wanted = flatten(inputs[0])?.shape.join();
    const wrapped =
      Array.isArray(returned) && returned.length === 1 && flatten(returned)?.shape.join() !== wanted;
    return [wrapped ? (returned as unknown[])[0] : returned];
  }
  if (Array.isArray(returned) && returned.length === inputs.length) return returned;
  if (
    typeof returned === "object" &&
    returned !== null &&
    !Array.isArray(returned) &&
    flatten(returned) === null
  ) {
    return Object.values(returned);
  }
  return [returned];
}

const holders = ["grads", "grad", "gradients"];

function ownNames(field: string): string[] {
  const capital = field.charAt(0).toUpperCase() + field.slice(1);
  return [`d${field}`, `d${capital}`, `grad${capital}`, `grad_${field}`, `${field}Grad`];
}

/** How the gradient of a field may be called: `dW`, `gradW`, `grads.W`. */
export function gradientNames(field: string): string[] {
  return [...ownNames(field), ...holders.map((holder) => `${holder}.${field}`)];
}

/** Where the gradient of the field `W` may be found after a backward pass. */
function gradientOf(
  instance: Record<string, unknown>,
  field: string,
): { value: unknown; clear(): void } | undefined {
  const name = ownNames(field).find((candidate) => candidate in instance);
  if (name !== undefined) return place(instance, name);
  for (const holder of holders) {
    const { [holder]: grads } = instance;
    if (typeof grads === "object" && grads !== null && field in grads)
      return place(grads as Record<string, unknown>, field);
  }
  return undefined;
}

function place(holder: Record<string, unknown>, name: string) {
  const { [name]: value } = holder;
  return {
    value,
    clear() {
      const flat = flatten(value);
      if (flat !== null) holder[name] = flat.rebuild(new Float64Array(flat.data.length));
    },
  };
}

/** What an earlier backward pass left may be added to by the next one. */
function clearGradients(instance: Record<string, unknown>, fields: readonly string[]): void {
  for (const field of fields) gradientOf(instance, field)?.clear();
}

/** A field of numbers that has a gradient, or may get one. */
function isField(instance: HandWrittenObject, name: string, value: unknown): boolean {
  const gradientLike = /^(d[A-Z_]|grad|cache|last)|Grad$/.test(name);
  const prefixed = name.startsWith("d") && name.slice(1) in instance;
  return !gradientLike && !prefixed && flatten(value)?.continuous === true;
}

/** A layer with a backward pass written by hand, as the check sees it: two functions, and one call that was made of them. */
import type { TopLevel } from "../../core/top-level";
import type { Site } from "../../report/report";
import type { GradientSite, RepairSites, SourceLayerSite } from "../../tracing/run";
import type { Called } from "./convention";

type Method = (...args: unknown[]) => unknown;

/** What is known of its text. */
export type BackwardText = Pick<SourceLayerSite, "returned" | "filled" | "result" | "steps">;

export interface HandWrittenLayer {
  /** `Affine`, `affine`. */
  readonly name: string;
  readonly site: Site | null;
  readonly backwardSite: Site | null;
  readonly text: BackwardText;
  /** Where a call of the file stands, by its id. */
  readonly siteOf: (id: number) => Site | null;
  /** What may be tried to find the mistake in a backward pass. */
  readonly repairsOf: (backward: Site) => RepairSites | null;
  /** What its methods are called on, whose fields may be parameters; null for a pair of functions. */
  readonly self: object | null;
  /** The arguments of the call, as they were before it. */
  readonly inputs: readonly unknown[];
  readonly called: Called;
  /** Fields that said how the call was meant, such as `training`. */
  readonly modes: ReadonlyMap<string, unknown>;
  /** The files whose variables it may use. */
  readonly files: readonly TopLevel[];
  readonly forward: Method;
  readonly backward: Method;
}

interface About {
  readonly name: string;
  readonly site?: Site | null;
  readonly backwardSite?: Site | null;
  readonly text?: BackwardText;
  readonly siteOf?: (id: number) => Site | null;
  readonly repairsOf?: (backward: Site) => RepairSites | null;
  readonly inputs: readonly unknown[];
  readonly called?: Partial<Called>;
  readonly files?: readonly TopLevel[];
  readonly modes?: ReadonlyMap<string, unknown>;
}

const unread: BackwardText = { returned: [], filled: [], result: null, steps: [] };

/** A layer from an object with `forward(...inputs)` and `backward(grad)`. */
export function handWrittenClass(instance: object, about: About): HandWrittenLayer {
  const { forward, backward } = instance as { readonly forward: Method; readonly backward: Method };
  return {
    ...described(about, backward),
    self: instance,
    forward: (...args) => forward.apply(instance, args),
    backward: (...args) => backward.apply(instance, args),
  };
}

/** A layer from two functions; where the first is called a forward pass it returns [output, cache]. */
export function handWrittenPair(forward: Method, backward: Method, about: About): HandWrittenLayer {
  return { ...described(about, backward), self: null, forward, backward };
}

function described(
  {
    name,
    site = null,
    backwardSite = null,
    text = unread,
    siteOf = () => null,
    repairsOf = () => null,
    inputs,
    called = {},
    files = [],
    modes = new Map(),
  }: About,
  backward: Method,
) {
  const nameless = Array.from({ length: backward.length }, () => ({ name: "", parts: [], rest: false }));
  const whole: Called = {
    isNamedForward: false,
    inputs: [],
    takes: nameless,
    incoming: 0,
    given: null,
    ...called,
  };
  return { name, site, backwardSite, text, siteOf, repairsOf, inputs, called: whole, files, modes };
}

/** Where the backward pass makes the gradient that stands at a place of what it returns; null where that is not plain. */
export function returnedAt(
  { returned }: Pick<BackwardText, "returned">,
  place: number | string | null,
  count: number,
): GradientSite | null {
  if (typeof place === "string") return returned.find(({ name }) => name === place) ?? null;
  if (place === null) return returned.length === 1 ? (returned[0] ?? null) : null;
  return returned.length === count ? (returned[place] ?? null) : null;
}

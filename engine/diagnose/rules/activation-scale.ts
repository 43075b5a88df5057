/** Values that grow by what the model does with them: sums where means belong, branches that are not scaled, positions added raw. */
import { showNumber } from "../../core/number-text";
import type { Site } from "../../report/report";
import { chosenAmong } from "../measures/causes";
import { recurrentOrigin } from "../measures/origins";
import { placeToChange } from "../measures/places";
import { type Account, accountOf, type Share } from "../measures/shares";
import { isLayer, sizeAt, type TrunkStep, trunkOf, wayBetween } from "../measures/trunk";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** A share of less is no culprit, whatever the whole does. */
const SHARE = 10;
const ends: ReadonlySet<string> = new Set([
  "sigmoid",
  "tanh",
  "softmax",
  "hardtanh",
  "hardsigmoid",
  "softsign",
  "sin",
  "cos",
]);
/** What an operation in a branch must do to be the culprit, not the sum. */
const BRANCH = 4;
const normalisations = /Norm|^standardize$|^normalize$/;
/** Operations that enlarge on purpose what was small before. */
const restoring = /Norm|^standardize$|^div$|^inverseDeviation$/;

interface Limits {
  readonly growth: number;
  readonly step: number;
  readonly size: number;
}

export const activationScale = defineRule({
  id: "activation-scale",
  title: "Values grow on their way",
  severity: "warning",
  page: {
    meaning:
      "Weights start at a size for values near 1. A sum over many items, a branch that is added without a scale, or position numbers added as they are make values many times larger.",
    harm: "Large values saturate activations and attention, make the first loss large and gradients wild; learning starts with undoing the scale.",
    cure: "Average instead of summing, scale down what a residual branch adds (or normalise before it), bring positions to size 1.",
    source:
      "Zhang et al., Fixup (2019), for residual sums; SageMaker Debugger reports layers whose variances differ by more than 10.",
  },
  thresholds: {
    growth: { value: 100, text: "factor by which values or gradients grow over the network" },
    step: { value: 12, text: "factor by which one operation without weights enlarges values" },
    size: { value: 8, text: "root mean square of values that are large for weights of the usual size" },
  },
  explains: [
    "saturation",
    "exploding-gradient",
    "vanishing-gradient",
    "initial-loss",
    "dead-units",
    "dominated-gradient",
    "learning-rate-edge",
    "update-ratio",
    "precision-underflow",
    "precision-overflow",
  ],
  find: findGrowth,
  measure(traced) {
    const account = accountOf(traced);
    return (
      account && { label: "size of the last layer's values over the first one's", value: account.growth }
    );
  },
});

function findGrowth(traced: Traced, limits: Limits): Trouble[] {
  const account = accountOf(traced);
  if (account === null) return [];
  const jump = largestJump(traced, limits);
  if (jump !== null) return [reportJump(traced, jump)];
  // Values that only seem to grow from a first layer whose own fade are no matter of scale.
  const grows =
    Math.min(account.total, account.alone) > limits.growth ||
    (account.total > 1 && account.growth > limits.growth);
  const [top] = account.shares.toSorted((a, b) => b.factor - a.factor);
  const sum = grows ? largestSum(account) : null;
  if (sum !== null && top?.of !== "operation") return [reportSum(account, sum)];
  if (!grows || top === undefined || top.of !== "operation" || top.factor < SHARE) return [];
  // What happens within a recurrent layer is a matter of its weights.
  if (recurrentOrigin(traced, top.steps[0]?.node ?? 0) !== null) return [];
  return [reportShare(traced, account, top)];
}

/** The operation that enlarges values most, where nothing brings them back behind it. */
function largestJump(traced: Traced, { step: STEP, size }: Limits): TrunkStep | null {
  const trunk = trunkOf(traced);
  const found = trunk.filter((step, i) => {
    const isCandidate = !isLayer(traced, step) && !restoring.test(step.op) && sizeAt(traced, step.input) > 0;
    if (!isCandidate || !(step.forward > STEP) || sizeAt(traced, step.node) < size) return false;
    // What drives an activation to its ends is told as saturation.
    if (ends.has(trunk[i - 1]?.op ?? "")) return false;
    return !trunk.slice(Math.max(0, i - 3), i).some(({ op }) => normalisations.test(op));
  });
  return found.toSorted((a, b) => b.forward - a.forward)[0] ?? null;
}

function reportJump(traced: Traced, step: TrunkStep): Trouble {
  const node = traced.nodes[step.node];
  const place = node === undefined ? null : placeToChange(traced, node);
  const inner = step.op === "add" ? branchCulprit(traced, [step]) : null;
  const [before, after] = [sizeAt(traced, step.input), sizeAt(traced, step.node)];
  return {
    ...said(
      `This ${step.op} makes values ${showNumber(step.forward, 3)} times larger: their root mean square is ${showNumber(before, 3)} before and ${showNumber(after, 3)} behind it.`,
      "The weights that follow start at a size for values near 1, so what they give is as much too large.",
    ),
    site: inner?.site ?? place,
    node: inner?.node ?? step.node,
    related: inner === null ? [] : beside(place, "Here it is added"),
    evidence: { operation: step.op, factor: step.forward, before, after },
    fixes: fixesFor(step.op),
  };
}

function reportShare(traced: Traced, account: Account, { op, site, steps, factor }: Share): Trouble {
  const inner = op === "add" ? branchCulprit(traced, steps) : null;
  const calls = steps.length === 1 ? `This ${op} makes` : `${steps.length} calls of ${op} make`;
  return {
    ...said(
      `${calls} values and gradients grow: gradients ${showNumber(factor, 3)} times${steps.length === 1 ? "" : " together"}.`,
      `From the first layer to the last one values grow ${showNumber(account.growth, 3)} times, gradients ${showNumber(account.total, 3)} times on their way back.`,
    ),
    site: inner?.site ?? site,
    node: inner?.node ?? steps[0]?.node ?? null,
    related: inner === null ? [] : beside(site, "Here the branch is added"),
    evidence: { operation: op, times: steps.length, factor, growth: account.growth, total: account.total },
    fixes: fixesFor(op),
  };
}

/** Sums of many branches hand each of them the whole gradient: only the sizes of values tell what they do. */
function largestSum({ shares, growth }: Account): Share | null {
  const isSum = ({ of, op, steps }: Share) =>
    of === "operation" && /^(add|sum)$/.test(op) && steps.some(({ forward }) => forward > BRANCH);
  const [most] = shares.filter(isSum).toSorted((a, b) => enlarges(b) - enlarges(a));
  return most !== undefined && enlarges(most) > Math.max(SHARE, growth / 2) ? most : null;
}

function enlarges({ steps }: Share): number {
  return steps.reduce((product, { forward }) => product * forward, 1);
}

function reportSum(account: Account, sum: Share): Trouble {
  const { op, site, steps } = sum;
  const factor = enlarges(sum);
  const most = Math.max(...steps.map(({ forward }) => forward));
  return {
    ...said(
      `Sums make values grow here: this ${op} makes them up to ${showNumber(most, 3)} times larger, and ${showNumber(factor, 3)} times in all.`,
      `From the first layer to the last one values grow ${showNumber(account.growth, 3)} times: each layer adds up branches that are as large as what came in.`,
    ),
    site,
    node: steps[0]?.node ?? null,
    evidence: { operation: op, times: steps.length, factor, growth: account.growth, total: account.total },
    fixes: fixesFor("sum"),
  };
}

/** In the branch that is added, the operation that enlarges most, where one does. */
function branchCulprit(
  traced: Traced,
  steps: readonly TrunkStep[],
): { readonly node: number; readonly site: Site | null } | null {
  const sum = steps.toSorted((a, b) => b.backward - a.backward)[0];
  const branch = traced.nodes[sum?.node ?? -1]?.inputs.find((id) => id !== sum?.input);
  if (sum === undefined || branch === undefined || branch <= sum.input) return null;
  const [top] = wayBetween(traced, branch, sum.input).toSorted(
    (a, b) => gainOf(traced, b) - gainOf(traced, a),
  );
  const node = traced.nodes[top?.node ?? -1];
  if (top === undefined || node === undefined || gainOf(traced, top) < BRANCH) return null;
  const chosen = chosenAmong(traced, top.parameters, ({ id }) => sizeAt(traced, id) > 1);
  return { node: node.id, site: chosen?.site ?? placeToChange(traced, node) };
}

/** Of a normalisation only what its own scale adds. */
function gainOf(traced: Traced, { op, backward, parameters: [scale] }: TrunkStep): number {
  if (!normalisations.test(op)) return backward;
  return scale === undefined ? 0 : sizeAt(traced, scale);
}

function fixesFor(op: string) {
  const mean = {
    title: "Average instead of summing",
    detail: "A mean keeps the size of values, however many there are.",
  };
  const scale = {
    title: "Scale down what is added",
    detail:
      "x + f(x) / √depth, a factor that starts at 0, or a normalisation in the branch keeps the sum near the size of x.",
  };
  const norm = {
    title: "Normalise here (layer norm or batch norm)",
    detail: "It brings values back to size 1.",
  };
  if (op === "sum" || op === "matmul" || op === "cumsum") return [mean, norm];
  return op === "add" ? [scale, norm] : [norm];
}

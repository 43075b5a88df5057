/** How people call the gradient of `W`: `dW`, `gradW`, `W_grad`, `grads.W`. */

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** The spellings of a gradient of `name`, without case and signs. */
function spellings(name: string): Set<string> {
  const p = plain(name);
  const before = [
    "d",
    "grad",
    "g",
    "gradient",
    "delta",
    "gradof",
    "dld",
    "dloss",
    "dl",
    "der",
    "partial",
    "grads",
  ];
  const after = ["grad", "gradient", "grads", "gradients", "delta", "bar", "d"];
  return new Set([...before.map((word) => word + p), ...after.map((word) => p + word), `d${p}grad`]);
}

/** Of `names` the one that says "gradient of `name`"; the same case is best. */
export function gradientName(name: string, names: readonly string[]): string | undefined {
  const exact = [`d${name}`, `grad${name}`, `d_${name}`, `grad_${name}`, `${name}_grad`, `${name}Grad`];
  const spelled = spellings(name);
  return names.find((each) => exact.includes(each)) ?? names.find((each) => spelled.has(plain(each)));
}

/** Of `names` the one that may be an abbreviation: `db` for `bias`, `dW` for `weights`. */
export function shortGradientName(name: string, names: readonly string[]): string | undefined {
  const first = plain(name).charAt(0);
  return names.find((each) =>
    [`d${first}`, `grad${first}`, `g${first}`, `${first}grad`].includes(plain(each)),
  );
}

/** Whether a field is a gradient or what a forward pass keeps, by its name. */
export function isMadeByPass(name: string): boolean {
  return /^_*(?:d[A-Z_]\w*|grad\w*|cache\w*|last\w*|saved\w*|\w+_?[gG]rads?|\w+Gradients?)$/.test(name);
}

/** Objects that hold the gradients of several fields. */
export function isGradientHolder(name: string): boolean {
  return /^_*(?:d|g|grads?|gradients?|dparams?|dweights|deltas?|paramgrads|gradparams)$/i.test(
    name.replace(/_/g, ""),
  );
}

/** What a person does not differentiate by, as its name says: targets, masks, statistics that a layer keeps. */
export function isDataName(name: string): boolean {
  const word = plain(name.split(/[.[]/).at(-1) ?? name);
  return /^(?:y|ys|t|targets?|labels?|truth|gt|masks?|index|indices|idx|ids?|tokens?|lengths?|classes|weightsofclasses|onehot|ytrue|expected|actual|desired|goal|observed|counts?|gold|answers?|truths?|reference|rng|random|noise|eps|epsilon|adj|adjacency|edges|positions?|pos)$|^(?:running|moving|mask|target|label|buffer)/.test(
    word,
  );
}

/** Turns the LaTeX of a derivative into plain text: `\bar{x} = \bar{o} \, y^T` into `∇x = ∇out · yᵀ`. */

const words: Readonly<Record<string, string>> = {
  cdot: " · ",
  times: " · ",
  odot: " ⊙ ",
  ast: " ∗ ",
  sum: "Σ",
  prod: "Π",
  partial: "∂",
  ne: "≠",
  neq: "≠",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  pm: "±",
  in: "∈",
  to: "→",
  infty: "∞",
  lnot: "not ",
  lVert: "‖",
  rVert: "‖",
  Vert: "‖",
  vert: "|",
  lvert: "|",
  rvert: "|",
  ldots: "…",
  dots: "…",
  pi: "π",
  sigma: "σ",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  varepsilon: "ε",
  lambda: "λ",
  mu: "μ",
  Phi: "Φ",
  phi: "φ",
  varphi: "φ",
  quad: " ",
  qquad: " ",
  left: "",
  right: "",
  big: "",
  Big: "",
  bigl: "",
  bigr: "",
  textstyle: "",
  displaystyle: "",
};

/** The content of braces, with one more level in it. */
const inner = "\\{((?:[^{}]|\\{[^{}]*\\})*)\\}";

const structure: readonly (readonly [RegExp, string])[] = [
  [/\\(?:begin|end)\{\w+\}/g, " "],
  [/\\\{/g, "("],
  [/\\\}/g, ")"],
  [/\\text\{([^{}]*)\}/g, " $1 "],
  [/\\(?:mathrm|operatorname|mathbf)\{([^{}]*)\}(?:\\,)?\s*(?=[a-z])/g, "$1 "],
  [/\\(?:mathrm|operatorname|mathbf)\{([^{}]*)\}/g, "$1"],
  [/\\(?:bar|overline)\{([^{}]*)\}/g, "∇$1"],
  [/\\hat\{([^{}]*)\}/g, "$1\u0302"],
  [/\\[dt]?frac12/g, "½"],
  [new RegExp(`\\\\sqrt${inner}`, "g"), "√($1)"],
  [/\\sqrt\\?([a-z]+)/g, "√\\$1"],
  [new RegExp(`\\\\[dt]?frac${inner}${inner}`, "g"), "($1) / ($2)"],
  [/\^\{?T\}?(?![a-z])/g, "ᵀ"],
  [/\^\{-T\}/g, "⁻ᵀ"],
  [/\^\{-1\}/g, "⁻¹"],
  [/\^\{?2\}?(?!\d)/g, "²"],
  [/\^\{?3\}?(?!\d)/g, "³"],
  [/([\^_])\{([^{}\s]+)\}/g, "$1$2"],
  [new RegExp(`([\\^_])${inner}`, "g"), "$1($2)"],
  [/\\,/g, " · "],
  [/\\[;:! ]/g, " "],
  [/\\\\/g, "; "],
  [/[{}]/g, ""],
];

const tidy: readonly (readonly [RegExp, string])[] = [
  [/(?<![\p{Lu}\p{Ll}])o(?![\p{Lu}\p{Ll}(])/gu, "out"],
  [/\(([\p{L}\d]+)\) \//gu, "$1 /"],
  [/\/ \((√?[\p{L}\d]+²?)\)/gu, "/ $1"],
  [/\s+/g, " "],
  [/ ([,;)\]])/g, "$1"],
  [/([([]) /g, "$1"],
  [/(^|[=(,−+-]) · /g, "$1 "],
];

function apply(rules: typeof structure, text: string): string {
  return rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

export function readableFormula(latex: string): string {
  const plain = apply(structure, latex).replace(
    /\\([a-zA-Z]+)/g,
    (_, word: string) => words[word] ?? ` ${word} `,
  );
  return apply(tidy, plain.replaceAll("\\", "")).trim();
}

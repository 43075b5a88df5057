/** Rules of other tools by the names that ours have: "torchlens/dead-layer" is dead-units. */
const names: Readonly<Record<string, string>> = {
  "dead-relu": "dead-units",
  "dying-relu": "dead-units",
  "dead-layer": "dead-units",
  "exploding-tensor": "non-finite",
  "saturated-activation": "saturation",
  "saturated-layer": "saturation",
  "weight-update-ratio": "update-ratio",
  "poor-weight-initialization": "initialisation",
  "initial-weights": "initialisation",
  "dead-weights": "weight-decay",
};

export function canonicalRule(rule: string): string {
  const name = rule.slice(rule.lastIndexOf("/") + 1);
  return names[name] ?? name;
}

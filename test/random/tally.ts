/** What trials came to, in figures, and whether that is good enough. */
import type { Kind, Outcome } from "./trials";

export class Tally {
  private readonly results = new Map<Outcome["result"], number>();
  private readonly verdicts = new Map<string, number>();
  readonly failures: Outcome[] = [];

  constructor(readonly kind: Kind) {}

  add(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      count(this.results, outcome.result);
      for (const verdict of outcome.verdicts) count(this.verdicts, verdict);
      if (outcome.result === "bad" || outcome.result === "unnamed") this.failures.push(outcome);
    }
  }

  /** Right models without a failing verdict, programs without a difference, faults found and named. */
  isGood(): boolean {
    const [good, counted] = [this.of("good"), this.counted()];
    return this.kind === "faults" ? good >= 0.99 * counted : good === counted;
  }

  summary(): string {
    const [good, bad, unnamed, left] = [
      this.of("good"),
      this.of("bad"),
      this.of("unnamed"),
      this.of("not counted"),
    ];
    const counted = show(this.counted());
    const verdicts = [...this.verdicts]
      .sort(([, a], [, b]) => b - a)
      .map(([verdict, n]) => `${show(n)} ${verdict}`)
      .join(", ");
    const saying = {
      models: `${counted} right models: ${show(bad)} with a failing verdict; ${show(left)} more were not finite. Checks: ${verdicts}`,
      faults: `${counted} models with a fault: ${show(good + unnamed)} found, ${show(good)} found and named; in ${show(left)} more it changes no gradient. Checks: ${verdicts}`,
      programs: `${counted} programs, on wasm and plain kernels: ${show(bad)} whose reverse mode, forward mode and differences do not agree`,
    };
    return saying[this.kind];
  }

  private of(result: Outcome["result"]): number {
    return this.results.get(result) ?? 0;
  }

  private counted(): number {
    return this.of("good") + this.of("bad") + this.of("unnamed");
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const show = (n: number) => n.toLocaleString("en");

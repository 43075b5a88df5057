/** A seeded generator of random numbers: xoshiro128** (Blackman and Vigna, 2018), seeded by SplitMix32. */
import { showValue } from "./describe";
import { ModelError } from "./error";

export class RandomGenerator {
  private state = new Uint32Array(4);
  private spare: number | null = null;

  constructor(seed: number) {
    this.seed(seed);
  }

  /** Starts the sequence that belongs to `seed`. */
  seed(seed: number): void {
    let x = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.state[i] = z ^ (z >>> 16);
    }
    this.spare = null;
  }

  /** The place in the sequence, to come back to with `restore`. */
  save(): { readonly state: Uint32Array; readonly spare: number | null } {
    return { state: this.state.slice(), spare: this.spare };
  }

  restore({ state, spare }: { readonly state: Uint32Array; readonly spare: number | null }): void {
    this.state.set(state);
    this.spare = spare;
  }

  /** 32 random bits. */
  bits(): number {
    const s = this.state as unknown as [number, number, number, number];
    const r = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return r;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 0x4000000 + (this.bits() >>> 6)) / 0x20000000000000;
  }

  /** Standard normal, by Box and Muller's transform. */
  normal(): number {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** The generator behind `randn`, initialisation and dropout. */
export const generator = new RandomGenerator(0x67726164);

/** Added to the seeds that a model sets: to see what does not depend on them. */
let shift = 0;

/** Has `manualSeed` take other seeds than it is given, all of them by the same difference. */
export function shiftSeeds(by: number): void {
  shift = by;
}

/** Makes everything random that follows reproducible, as `torch.manual_seed`. */
export function manualSeed(seed: number): void {
  if (!Number.isInteger(seed))
    throw new ModelError(`manualSeed(): seed is ${showValue(seed)}, expected an integer`);
  generator.seed(seed + shift);
}

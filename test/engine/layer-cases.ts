/** The cases of test/reference/layers.json and layers-more.json, with their types. */
import { readFileSync } from "node:fs";
import type { DType } from "../../engine/core/dtype";

/** A tensor as PyTorch computed it; float64 unless it says otherwise. */
export interface Reference {
  readonly shape: number[];
  readonly data: number[];
  readonly dtype?: DType;
}

export interface LayerCase {
  readonly layer: string;
  readonly args: Record<string, unknown>;
  readonly mode: "train" | "eval";
  /** Forward passes before the outputs are looked at. */
  readonly calls: number;
  readonly state: Record<string, Reference>;
  readonly stateAfter: Record<string, Reference>;
  readonly inputs: Reference[];
  readonly outputs: Reference[];
  readonly cotangents: Reference[];
  readonly inputGrads: (Reference | null)[];
  readonly parameterGrads: Record<string, Reference>;
}

export const reference = JSON.parse(readFileSync("test/reference/layers.json", "utf8")) as {
  layers: LayerCase[];
  schedules: Record<string, number[]>;
  clipGradNorm: { parameter: number[]; maxNorm: number; totalNorm: number; clipped: number[] };
};

export const { layers } = reference;

export const { layers: moreLayers } = JSON.parse(readFileSync("test/reference/layers-more.json", "utf8")) as {
  layers: LayerCase[];
};

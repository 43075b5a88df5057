/** A copy of a module with tensors of its own: what Python's `copy.deepcopy` gives. */

import { isTensor, noteFresh, parameters, Tensor } from "../core/tensor";
import { isLiteral } from "./fields";
import type { Module } from "./module";
import { isLeafParameter } from "./state";

/** Copies made so far, so that what is shared stays shared. */
type Copies = Map<object, unknown>;

/** @param renew makes an empty module of the same class as the one given */
export function copyModule(
  module: Module,
  renew: (of: Module) => Module,
  isModule: (value: unknown) => value is Module,
): Module {
  const copies: Copies = new Map();
  const copied = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    if (isTensor(value)) return remember(value, copyTensor(value));
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      copies.set(value, list);
      for (const each of value) list.push(copied(each));
      return list;
    }
    if (value instanceof Map) {
      const map = remember(value, new Map<unknown, unknown>());
      for (const [key, each] of value) map.set(key, copied(each));
      return map;
    }
    if (isLiteral(value)) return assignCopies(remember(value, {}), value);
    return isModule(value) ? copyFields(value) : value;
  };
  const remember = <T>(of: object, copy: T): T => {
    copies.set(of, copy);
    return copy;
  };
  const assignCopies = <T extends object>(copy: T, of: object): T => {
    for (const [name, value] of Object.entries(of)) Object.assign(copy, { [name]: copied(value) });
    return copy;
  };
  const copyFields = (of: Module): Module => {
    return assignCopies(remember(of, renew(of)), of);
  };
  return copyFields(module);
}

function copyTensor(x: Tensor): Tensor {
  const copy = new Tensor(x.data.slice(), x.shape, x.dtype);
  if (isLeafParameter(x)) parameters.add(copy);
  copy.requiresGrad = x.isLeaf && x.requiresGrad;
  if (copy.requiresGrad) noteFresh(copy);
  return copy;
}

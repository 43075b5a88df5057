/** What a module keeps: parameters and buffers under the names that PyTorch's `state_dict` gives them. */
import { ModelError } from "../core/error";
import { sameShape, showShape } from "../core/shape";
import { activeTape } from "../core/tape";
import { isTensor, parameters, type Tensor } from "../core/tensor";
import type { Module } from "./module";
import { buffersOf } from "./module-facts";

/** Tensors in the module's own fields that take a gradient, or did until they were frozen. */
export function ownParameters(module: Module): [string, Tensor][] {
  return [...module.namedFields()].filter(
    (entry): entry is [string, Tensor] => isTensor(entry[1]) && isLeafParameter(entry[1]),
  );
}

/** Whether a tensor of a module is trained, or was until it was frozen. */
export function isLeafParameter(x: Tensor): boolean {
  if (x.isLeaf && x.requiresGrad) parameters.add(x);
  return x.isLeaf && parameters.has(x);
}

/** Tensors in the module's own fields that were registered as buffers. */
export function ownBuffers(module: Module): [string, Tensor][] {
  const names = buffersOf(module);
  return Object.entries(module).filter(
    (entry): entry is [string, Tensor] => isTensor(entry[1]) && names.includes(entry[0]),
  );
}

function namedState(module: Module): [string, Tensor][] {
  return module
    .namedModules()
    .flatMap(([path, each]) =>
      [...ownParameters(each), ...ownBuffers(each)].map(([name, x]): [string, Tensor] => [
        path === "" ? name : `${path}.${name}`,
        x,
      ]),
    );
}

export function stateOf(module: Module): Record<string, Tensor> {
  return Object.fromEntries(namedState(module).map(([name, x]) => [name, x.detach()]));
}

export function applyState(module: Module, state: Readonly<Record<string, Tensor>>, strict: boolean): void {
  const own = new Map(namedState(module));
  const missing = [...own.keys()].filter((name) => !(name in state));
  const unexpected = Object.keys(state).filter((name) => !own.has(name));
  if (strict && missing.length + unexpected.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`missing: ${missing.join(", ")}`] : []),
      ...(unexpected.length > 0 ? [`unexpected: ${unexpected.join(", ")}`] : []),
    ];
    throw new ModelError(`loadStateDict(): the names do not match the module's; ${parts.join("; ")}`);
  }
  const pairs = Object.entries(state).flatMap(([name, from]) => {
    const to = own.get(name);
    return to === undefined ? [] : [{ name, from, to }];
  });
  for (const { name, from, to } of pairs) {
    if (isTensor(from) && sameShape(from.shape, to.shape)) continue;
    const found = isTensor(from) ? `shape ${showShape(from.shape)}` : typeof from;
    throw new ModelError(`loadStateDict(): ${name} has ${found}, expected shape ${showShape(to.shape)}`);
  }
  for (const { from, to } of pairs) {
    to.data.set(from.data);
    activeTape()?.notes.writes.note(to, "loadStateDict");
  }
}

/** Writes the tables of what causes trouble without being an operation: optimisers, acts, writes to leaves. */
import type { NotedGroup, NotedOptimizer } from "../core/diary";
import type { OwnSteps } from "../core/own-steps";
import { shortName } from "../core/printable";
import type { Tensor } from "../core/tensor";
import { BY_HAND } from "../report/own-steps";
import { NOTHING } from "../report/steps";
import { optionalRow, type TableBuilder } from "./columns";
import { writeCuts } from "./cut-rows";
import type { Numbered } from "./numbered";
import type { Run } from "./run";
import type { SiteRows } from "./site-rows";

export function writeProvenance(run: Run, numbered: Numbered, builder: TableBuilder, sites: SiteRows): void {
  const { ids } = numbered;
  const { diary, writes, fresh, ownSteps } = run.tape.notes;
  ownSteps.settle();
  const rows = new Map<NotedOptimizer, number>();
  if (ownSteps.steps > 0) writeOptimizer(noteOf(ownSteps), ids, builder, sites);
  for (const noted of diary.optimizers) rows.set(noted, writeOptimizer(noted, ids, builder, sites));
  for (const { kind, optimizer, site, value } of diary.acts)
    builder.add("acts", {
      kind: builder.text(kind),
      optimizer: optionalRow(optimizer && rows.get(optimizer)),
      site: optionalRow(sites.at(site)),
      value,
    });
  numbered.tensors.forEach((x, node) => {
    if (numbered.operations[node] !== null) return;
    for (const { how, at } of writes.of(x))
      if (how !== "requiresGrad" || !x.requiresGrad)
        builder.add("writes", { node, how: builder.text(how), site: optionalRow(sites.at(at)) });
    if (fresh.has(x) && x.requiresGrad) builder.add("fresh", { node });
  });
  writeCuts(run, numbered, builder, sites);
}

interface Noted extends Pick<NotedOptimizer, "type" | "groups" | "steps" | "clears"> {
  readonly site: number | string;
  readonly moves: Pick<NotedOptimizer["moves"], "of">;
}

/** Steps that the program takes by itself, as those of an optimiser. */
function noteOf(own: OwnSteps): Noted {
  const { site, steps, clears, rate, decay } = own;
  const groups = [{ params: [...own], lr: rate, weightDecay: decay }];
  return { type: BY_HAND, site, groups, steps, clears, moves: own };
}

function writeOptimizer(
  noted: Noted,
  ids: ReadonlyMap<Tensor, number>,
  builder: TableBuilder,
  sites: SiteRows,
): number {
  const { type, site, groups, steps, clears, moves } = noted;
  const first = groups[0];
  const optimizer = builder.add("optimizers", {
    type: builder.text(shortName(type)),
    site: optionalRow(sites.at(site)),
    learningRate: numberOf(first, "lr"),
    momentum: numberOf(first, "momentum"),
    weightDecay: numberOf(first, "weightDecay"),
    steps,
    clears,
  });
  for (const group of groups)
    for (const p of group.params) {
      const { update = NOTHING, before = NOTHING } = moves.of(p) ?? {};
      builder.add("optimised", {
        optimizer,
        node: optionalRow(ids.get(p)),
        learningRate: numberOf(group, "lr"),
        weightDecay: numberOf(group, "weightDecay"),
        update,
        before,
      });
    }
  return optimizer;
}

/** 0 for an option that there is not. */
function numberOf(group: NotedGroup | undefined, name: string): number {
  const value = group?.[name];
  return typeof value === "number" ? value : 0;
}

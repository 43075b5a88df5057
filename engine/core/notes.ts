/** What a run tells beside its operations: which names held what, and what functions written by hand were called with. */
import type { BindingEvent, ModuleBinding } from "./binding-event";
import { Diary } from "./diary";
import { HandCalls } from "./hand-calls";
import { LeafNames } from "./leaf-names";
import { LeafWrites } from "./leaf-writes";
import { OwnSteps } from "./own-steps";
import { TakenValues } from "./taken-values";
import type { Tensor } from "./tensor";
import type { FileVariables, TopLevel } from "./top-level";

export class Notes {
  bindings: BindingEvent[] = [];
  readonly leafNames = new LeafNames();
  /** Names that hold modules, by binding and part. */
  readonly modules = new Map<string, ModuleBinding>();
  /** What the functions of hand-written layers were called with. */
  readonly handCalls = new HandCalls();
  /** What stands at the top of files with hand-written functions. */
  readonly offered = new Map<string, TopLevel>();
  /** How to read the variables at the top of files, in the order in which the files began to run. */
  readonly variables: FileVariables[] = [];
  readonly diary = new Diary();
  readonly writes = new LeafWrites();
  readonly ownSteps = new OwnSteps(this.diary, this.writes);
  readonly taken = new TakenValues();
  /** Leaves that take a gradient and were made inside, see `tapeInside`. */
  readonly fresh = new WeakSet<Tensor>();
  /** Whether the exported loss runs. */
  isInLoss = false;
  private boundInStep = 0;

  bind(binding: number, tensor: Tensor, part = ""): void {
    const event = { binding, tensor, part };
    this.bindings.push(event);
    if (tensor.node === null) this.leafNames.add(event);
  }

  /** Notes that a variable or field holds a module; of each name the last module stays. */
  bindModule(binding: number, module: object, part = ""): void {
    this.modules.set(`${binding}${part}`, { binding, module, part });
  }

  /** A backward pass ended a step: of the steps before it the last name of each leaf stays. */
  closeStep(): void {
    this.taken.closeStep();
    const earlier = this.bindings.slice(0, this.boundInStep).filter((event) => event.tensor.node === null);
    const latest = new Map(earlier.map((event) => [`${event.binding}${event.part}`, event]));
    this.bindings = [...latest.values(), ...this.bindings.slice(this.boundInStep)];
    this.boundInStep = this.bindings.length;
  }
}

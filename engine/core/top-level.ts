/** What stands at the top of a model file: how to call its functions and to read its variables. */

/** The functions at the top of a file, and its variables: a layer may remember something in them. */
export interface TopLevel {
  readonly functions: Readonly<Record<string, unknown>>;
  readonly constants: () => Readonly<Record<string, unknown>>;
  readonly variables: () => Readonly<Record<string, unknown>>;
  readonly write: (values: Readonly<Record<string, unknown>>) => void;
}

/** How to read the variables at the top of a file: names, and what gives their values; a `let` may have none yet. */
export interface FileVariables {
  readonly file: string;
  readonly variables: readonly (readonly [name: string, read: () => unknown])[];
}

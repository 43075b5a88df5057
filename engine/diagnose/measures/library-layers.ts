/** Classes of layers that are the library's own. */
import { at } from "../../report/trace";
import { lazily } from "../lazily";

/** Their names, as far as the run has any of them. */
export const libraryLayersOf = lazily(({ trace }): ReadonlySet<string> => {
  const { type, library } = trace.tables.modules;
  const names = new Set<string>();
  for (let row = 0; row < type.length; row++)
    if (at(library, row) === 1) names.add(trace.texts[at(type, row)] ?? "");
  return names;
});

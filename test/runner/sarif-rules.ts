// What SARIF 2.1.0 asks of a log, as far as Gradlens uses it: names of properties, required ones, enumerations, ranges.

type Rule = (value: unknown, path: string) => string[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const must =
  (what: string, holds: (value: unknown) => boolean): Rule =>
  (value, path) =>
    holds(value) ? [] : [`${path} is ${JSON.stringify(value)}, expected ${what}`];

const text = must("text", (value) => typeof value === "string" && value !== "");
const flag = must("true or false", (value) => typeof value === "boolean");
const from = (least: number) =>
  must(`an integer from ${least}`, (value) => Number.isInteger(value) && (value as number) >= least);
const oneOf = (...words: string[]) => must(words.join(" or "), (value) => words.includes(String(value)));
const uri = must("a URI reference", (value) => typeof value === "string" && URL.canParse(value, "file:///"));

const listOf =
  (rule: Rule): Rule =>
  (value, path) =>
    Array.isArray(value) ? value.flatMap((each, i) => rule(each, `${path}[${i}]`)) : [`${path} is no array`];

const mapOf =
  (rule: Rule): Rule =>
  (value, path) =>
    isObject(value)
      ? Object.entries(value).flatMap(([key, each]) => rule(each, `${path}.${key}`))
      : [`${path} is no object`];

/** An object with these properties and no others; a name that ends in "?" may be left out. */
function object(properties: Record<string, Rule>): Rule {
  const rules = new Map(Object.entries(properties).map(([name, rule]) => [name.replace("?", ""), rule]));
  const required = Object.keys(properties).filter((name) => !name.endsWith("?"));
  return (value, path) => {
    if (!isObject(value)) return [`${path} is no object`];
    const missing = required.filter((name) => !(name in value)).map((name) => `${path}.${name} is missing`);
    const wrong = Object.entries(value).flatMap(([name, each]) => {
      const rule = rules.get(name);
      return rule ? rule(each, `${path}.${name}`) : [`${path}.${name} is no property of SARIF`];
    });
    return [...missing, ...wrong];
  };
}

const level = oneOf("none", "note", "warning", "error");
const message = object({ text });

const region: Rule = (value, path) => {
  const shape = object({
    startLine: from(1),
    startColumn: from(1),
    endLine: from(1),
    endColumn: from(1),
  })(value, path);
  if (shape.length > 0) return shape;
  const { startLine, startColumn, endLine, endColumn } = value as Record<string, number>;
  const isForward =
    endLine === startLine ? Number(endColumn) > Number(startColumn) : Number(endLine) > Number(startLine);
  return isForward ? [] : [`${path} ends before it begins`];
};

const artifactLocation: Rule = (value, path) => {
  const shape = object({ uri, "uriBaseId?": text })(value, path);
  const { uri: found, uriBaseId } = value as { uri?: string; uriBaseId?: string };
  // What begins with a scheme or a slash does not lie below a base.
  return uriBaseId && /^(\/|\w+:)/.test(String(found)) ? [...shape, `${path}.uri is not relative`] : shape;
};
const physicalLocation = object({ artifactLocation, "region?": region });
const location = object({ physicalLocation, "id?": from(0), "message?": message });

/** A stretch of text to delete; an insertion deletes nothing. */
const place = object({ startLine: from(1), startColumn: from(1), endLine: from(1), endColumn: from(1) });
const deletedRegion: Rule = (value, path) => {
  const { startLine, startColumn, endLine, endColumn } = (value ?? {}) as Record<string, number>;
  const isBackward =
    Number(endLine) < Number(startLine) || (endLine === startLine && Number(endColumn) < Number(startColumn));
  return [...place(value, path), ...(isBackward ? [`${path} ends before it begins`] : [])];
};
const replacement = object({
  deletedRegion,
  "insertedContent?": object({ text: must("text", (value) => typeof value === "string") }),
});
const some =
  (rule: Rule): Rule =>
  (value, path) => [
    ...listOf(rule)(value, path),
    ...(Array.isArray(value) && value.length === 0 ? [`${path} is empty`] : []),
  ];
const fix = object({
  "description?": message,
  artifactChanges: some(object({ artifactLocation, replacements: some(replacement) })),
});

const result = object({
  ruleId: text,
  ruleIndex: from(0),
  "level?": level,
  message,
  "locations?": listOf(location),
  "relatedLocations?": listOf(location),
  "partialFingerprints?": mapOf(text),
  "fixes?": listOf(fix),
  "suppressions?": listOf(object({ kind: oneOf("inSource", "external") })),
});
const rule = object({
  id: text,
  "shortDescription?": message,
  "fullDescription?": message,
  "help?": object({ text, "markdown?": text }),
  "defaultConfiguration?": object({ level }),
});
const notification = object({ level, message, "locations?": listOf(location) });
const invocation = object({
  executionSuccessful: flag,
  "toolExecutionNotifications?": listOf(notification),
});
const run = object({
  tool: object({
    driver: object({
      name: text,
      semanticVersion: must("a semantic version", (value) => /^\d+\.\d+\.\d+/.test(String(value))),
      rules: listOf(rule),
    }),
  }),
  columnKind: oneOf("utf16CodeUnits", "unicodeCodePoints"),
  originalUriBaseIds: mapOf(
    object({ uri: must("a folder's URI", (value) => /^\w+:.*\/$/.test(String(value))) }),
  ),
  invocations: listOf(invocation),
  results: listOf(result),
});
const log = object({ $schema: uri, version: oneOf("2.1.0"), runs: listOf(run) });

interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
  readonly originalUriBaseIds: object;
  readonly results: readonly {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly relatedLocations?: readonly { readonly id: number }[];
  }[];
}

/** References inside a run that lead nowhere. */
function references({ tool, results, originalUriBaseIds }: Run): string[] {
  const ids = tool.driver.rules.map(({ id }) => id);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `rule ${id} stands twice`);
  const wrong = results.flatMap(({ ruleId, ruleIndex, relatedLocations = [] }) => [
    ...(ids[ruleIndex] === ruleId ? [] : [`rule ${ruleIndex} is not ${ruleId}`]),
    ...(new Set(relatedLocations.map(({ id }) => id)).size === relatedLocations.length
      ? []
      : [`related locations of ${ruleId} share an id`]),
  ]);
  const bases = [...JSON.stringify(results).matchAll(/"uriBaseId":"([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  const lost = bases.filter((base) => !(base in originalUriBaseIds));
  return [...twice, ...wrong, ...lost.map((base) => `there is no base ${base}`)];
}

/** What is wrong with a SARIF log, each as a sentence. */
export function brokenSarif(value: unknown): string[] {
  const broken = log(value, "log");
  return broken.length > 0 ? broken : (value as { runs: Run[] }).runs.flatMap(references);
}

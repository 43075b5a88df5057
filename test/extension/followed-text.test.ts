// Composed edits find every place where a replay of all changes finds it, and those, too, whose text was restored.
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { FollowedText } from "../../extension/followed-text";
import { linesOf, type Place, type TextChange, type TextSpan } from "../../extension/pieces";

function placeIn(text: string, offset: number): Place {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

const spanIn = (text: string, start: number, end: number): TextSpan => ({
  start: placeIn(text, start),
  end: placeIn(text, end),
});

/** The text of a span, its lines apart by a line feed. */
function textAt(text: string, { start, end }: TextSpan): string {
  const lines = text.split("\n").slice(start.line, end.line + 1);
  lines.push((lines.pop() ?? "").slice(0, end.character));
  lines[0] = (lines[0] ?? "").slice(start.character);
  return lines.join("\n");
}

const isAtOrBehind = (a: Place, b: Place) =>
  a.line > b.line || (a.line === b.line && a.character >= b.character);

/** The reference: a place is moved by one change after the other, and is gone with the first that is in it. */
function replay(place: TextSpan, changes: readonly TextChange[]): TextSpan | null {
  let at = place;
  for (const { range, text } of changes) {
    if (isAtOrBehind(range.start, at.end)) continue;
    if (!isAtOrBehind(at.start, range.end)) return null;
    const lines = text.split(/\r?\n/);
    const move = ({ line, character }: Place): Place => {
      const moved = line + lines.length - 1 - (range.end.line - range.start.line);
      if (line !== range.end.line) return { line: moved, character };
      const before = lines.length === 1 ? range.start.character : 0;
      return {
        line: moved,
        character: before + (lines.at(-1)?.length ?? 0) + character - range.end.character,
      };
    };
    at = { start: move(at.start), end: move(at.end) };
  }
  return at;
}

interface Cut {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** An editor: a text with its history, and what follows it. Its events are those of VS Code: the last change in a text comes first. */
class Editor {
  readonly changes: TextChange[] = [];
  readonly followed: FollowedText;
  readonly #past: Cut[][] = [];
  #future: Cut[][] = [];
  text: string;

  constructor(
    readonly traced: string,
    readonly lineEnd: string,
  ) {
    this.text = traced;
    this.followed = new FollowedText(this.withEnds(traced));
  }

  withEnds(text: string): string {
    return text.replaceAll("\n", this.lineEnd);
  }

  edit(cuts: readonly Cut[]): void {
    this.#past.push(this.#apply(cuts));
    this.#future = [];
  }

  undo(): boolean {
    const cuts = this.#past.pop();
    if (cuts) this.#future.push(this.#apply(cuts));
    return cuts !== undefined;
  }

  redo(): void {
    const cuts = this.#future.pop();
    if (cuts) this.#past.push(this.#apply(cuts));
  }

  /** Makes one event of some cuts that do not overlap, and gives those that undo it. */
  #apply(cuts: readonly Cut[]): Cut[] {
    const event: TextChange[] = [];
    const inverse: Cut[] = [];
    let moved = 0;
    for (const { at, length, text } of cuts) {
      inverse.push({ at: at + moved, length: text.length, text: this.text.slice(at, at + length) });
      moved += text.length - length;
    }
    for (const { at, length, text } of cuts.toReversed()) {
      event.push({ range: spanIn(this.text, at, at + length), text: this.withEnds(text) });
      this.text = this.text.slice(0, at) + text + this.text.slice(at + length);
    }
    this.changes.push(...event);
    this.followed.change(event, linesOf(this.withEnds(this.text)));
    return inverse;
  }
}

type Step =
  | { readonly kind: "undo" | "redo" }
  | { readonly kind: "edit"; readonly cuts: readonly number[][] };

const number = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("edit" as const), cuts: cutNumbers(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("edit" as const), cuts: cutNumbers(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("undo" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("redo" as const) }) },
);

function cutNumbers(most: number): fc.Arbitrary<number[][]> {
  return fc.array(fc.tuple(number, number, number, number), { minLength: 1, maxLength: most });
}

/** Numbers as cuts of a text: sorted, not one in the other. */
function cutsOf(numbers: readonly number[][], length: number, textOf: (number: number) => string): Cut[] {
  let from = 0;
  const sorted = numbers
    .map(([at = 0, ...rest]) => [at % (length + 1), ...rest])
    .sort(([a = 0], [b = 0]) => a - b);
  return sorted.flatMap(([at = 0, size = 0, inserted = 0, isWide = 0]) => {
    if (at < from) return [];
    const cut = Math.min(size % (isWide % 5 === 0 ? 30 : 3), length - at);
    const text = textOf(inserted);
    if (cut === 0 && text === "") return [];
    from = at + cut + 1;
    return [{ at, length: cut, text }];
  });
}

const inserts = ["", "", "a", "b", " ", "\n", "ab\nc", "😀", "😁\n\n", "const h = relu(x);"];
const characters = fc.constantFrom("a", "b", "c", " ", "\n", "\n", "😀", "😁");
const text = fc.array(characters, { maxLength: 40 }).map((all) => all.join(""));

function take(editor: Editor, taken: Step, textOf: (number: number) => string): void {
  if (taken.kind === "edit") editor.edit(cutsOf(taken.cuts, editor.text.length, textOf));
  else if (taken.kind === "undo") editor.undo();
  else editor.redo();
}

const sitesOf = (traced: string) =>
  Array.from({ length: traced.length }, (_, start) =>
    [1, 2, 5].flatMap((size) => (start + size <= traced.length ? [spanIn(traced, start, start + size)] : [])),
  ).flat();

describe("a text that is edited after it was traced", () => {
  it("has its places where a replay of all changes finds them, and besides those whose text is there again", () => {
    const check = (traced: string, lineEnd: string, steps: readonly Step[]) => {
      const editor = new Editor(traced, lineEnd);
      const sites = sitesOf(traced);
      for (const taken of steps) {
        take(editor, taken, (index) => inserts[index % inserts.length] ?? "");
        if (editor.text === traced) editor.changes.length = 0;
        assert.equal(editor.followed.differs, editor.text !== traced);
        for (const site of sites) {
          const [found, wanted] = [editor.followed.locate(site), replay(site, editor.changes)];
          if (wanted) assert.deepEqual(found, wanted);
          else if (found) assert.equal(textAt(editor.text, found), textAt(traced, site));
        }
      }
    };
    const steps = fc.array(step, { minLength: 1, maxLength: 14 });
    const edit = (...cuts: number[][]): Step => ({ kind: "edit", cuts });
    /** Text that was there before, in another place. */
    const elsewhere = [
      edit([222, 0, 62, 0]),
      edit([14, 0, 432, 0], [58, 1, 358, 0]),
      edit([1, 0, 997, 0]),
      edit([567, 866, 635, 291]),
      edit([0, 0, 0, 0]),
    ];
    fc.assert(fc.property(text, fc.constantFrom("\n", "\r\n"), steps, check), {
      numRuns: 3000,
      examples: [["a\n😀", "\n", elsewhere]],
    });
  });

  it("knows after an undo and a redo what it knew before, whatever larger change covered it", () => {
    const check = (length: number, steps: readonly Step[]) => {
      let fresh = 0x4e00;
      // No character is there twice: only one place can be meant.
      const unique = (count: number) =>
        Array.from({ length: count }, () => String.fromCharCode(fresh++)).join("");
      const editor = new Editor(unique(length), "\n");
      const sites = sitesOf(editor.traced);
      const known = new Map<string, unknown>();
      const look = () => {
        const places = sites.map((site) => editor.followed.locate(site));
        if (known.has(editor.text)) assert.deepEqual(places, known.get(editor.text));
        known.set(editor.text, places);
      };
      look();
      for (const taken of steps) {
        take(editor, taken, (index) => unique(index % 3));
        look();
      }
      while (editor.undo()) look();
      assert.equal(editor.followed.differs, false);
    };
    const steps = fc.array(step, { minLength: 1, maxLength: 10 });
    fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), steps, check), { numRuns: 2000 });
  });

  it("is compared as a whole when nobody saw its changes", () => {
    const check = (traced: string, steps: readonly Step[]) => {
      const editor = new Editor(traced, "\n");
      for (const taken of steps) take(editor, taken, (index) => inserts[index % inserts.length] ?? "");
      const unseen = new FollowedText(traced);
      const now = linesOf(editor.withEnds(editor.text));
      unseen.compare(now);
      assert.equal(unseen.differs, editor.text !== traced);
      const known = sitesOf(traced).map((site) => editor.followed.locate(site));
      editor.followed.compare(now);
      for (const [index, site] of sitesOf(traced).entries()) {
        const found = unseen.locate(site);
        if (found) assert.equal(textAt(editor.text, found), textAt(traced, site));
        assert.deepEqual(editor.followed.locate(site), known[index], "the same text is no news");
      }
    };
    fc.assert(fc.property(text, fc.array(step, { maxLength: 4 }), check), { numRuns: 1000 });
  });

  it("differs in nothing when only its line ends do", () => {
    const followed = new FollowedText("a\nb\nc");
    const whole = { start: { line: 0, character: 0 }, end: { line: 2, character: 1 } };
    followed.change([{ range: whole, text: "a\r\nb\r\nc" }], linesOf("a\r\nb\r\nc"));
    assert.equal(followed.differs, false);
    assert.deepEqual(followed.locate(whole), whole);
  });

  it("follows what it can when the traced text is not known", () => {
    const followed = new FollowedText(null);
    const at = (character: number, end = character): TextSpan => ({
      start: { line: 0, character },
      end: { line: 0, character: end },
    });
    followed.change([{ range: at(2), text: "xy" }], linesOf("abxycd"));
    assert.deepEqual(followed.locate(at(2, 4)), at(4, 6));
    followed.change([{ range: at(2, 4), text: "" }], linesOf("abcd"));
    assert.equal(followed.differs, false);
    followed.change([{ range: at(2, 3), text: "" }], linesOf("abd"));
    followed.change([{ range: at(2), text: "c" }], linesOf("abcd"));
    assert.equal(followed.locate(at(2, 3)), null, "nobody knows that it is the same again");
  });
});

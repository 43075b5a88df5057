/** What was changed of a text, as pieces in their order: a change is composed with those before it, a place is found by halving. */

/** Counted from 0, characters in UTF-16 units, as the editor does. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

export interface TextSpan {
  readonly start: Place;
  readonly end: Place;
}

/** The part of a change event that matters here. */
export interface TextChange {
  readonly range: TextSpan;
  readonly text: string;
}

/** A text by its lines, without their ends: a document, or what `linesOf` makes of a text. */
export interface TextLines {
  readonly lineCount: number;
  lineAt(line: number): { readonly text: string };
}

/** What stood in the text before, and what stands there after all changes. What lies between two pieces is the same in both. */
export interface Piece {
  readonly before: TextSpan;
  readonly after: TextSpan;
}

/** Sorted; no two touch. */
export type ChangedPieces = readonly Piece[];

const lineEnds = /\r\n|\r|\n/;
const top: Place = { line: 0, character: 0 };

export function linesOf(text: string): TextLines {
  const lines = text.split(lineEnds);
  return { lineCount: lines.length, lineAt: (line) => ({ text: lines[line] ?? "" }) };
}

function order(a: Place, b: Place): number {
  return a.line - b.line || a.character - b.character;
}

/** Where a text ends that begins at a place. */
function endOf({ line, character }: Place, text: string): Place {
  const lines = text.split(lineEnds);
  const last = lines.at(-1)?.length ?? 0;
  return { line: line + lines.length - 1, character: lines.length === 1 ? character + last : last };
}

/** Where a place lies when the place `from`, which is not behind it, comes to lie at `to`. */
function carry({ line, character }: Place, from: Place, to: Place): Place {
  return {
    line: line + to.line - from.line,
    character: line === from.line ? character + to.character - from.character : character,
  };
}

/** The index of the first piece for which something holds, which then holds for all after it. */
function firstWhere(pieces: ChangedPieces, holds: (piece: Piece) => boolean): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if (piece && holds(piece)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isEmpty({ start, end }: TextSpan): boolean {
  return order(start, end) === 0;
}

function isNothing({ before, after }: Piece): boolean {
  return isEmpty(before) && isEmpty(after);
}

/** The pieces after one more change, and how many of those before it became one with it. */
export function compose(
  pieces: ChangedPieces,
  { range, text }: TextChange,
): { readonly pieces: ChangedPieces; readonly joined: number } {
  const { start, end } = range;
  const from = firstWhere(pieces, ({ after }) => order(after.end, start) >= 0);
  const to = firstWhere(pieces, ({ after }) => order(after.start, end) > 0);
  const prior = pieces[from - 1];
  const [head, tail] = to > from ? [pieces[from], pieces[to - 1]] : [undefined, undefined];
  const toBefore = (place: Place, last = prior) =>
    last ? carry(place, last.after.end, last.before.end) : place;
  const newEnd = endOf(start, text);
  const startsIn = head !== undefined && order(head.after.start, start) <= 0;
  const endsIn = tail !== undefined && order(tail.after.end, end) >= 0;
  const piece = {
    before: {
      start: startsIn ? head.before.start : toBefore(start),
      end: endsIn ? tail.before.end : toBefore(end, tail),
    },
    after: {
      start: startsIn ? head.after.start : start,
      end: endsIn ? carry(tail.after.end, end, newEnd) : newEnd,
    },
  };
  const later = pieces.slice(to).map(({ before, after }) => ({
    before,
    after: { start: carry(after.start, end, newEnd), end: carry(after.end, end, newEnd) },
  }));
  return {
    pieces: [...pieces.slice(0, from), ...(isNothing(piece) ? [] : [piece]), ...later],
    joined: to - from,
  };
}

/** Where a place of the text before lies now; null when something in it was changed. What is put at its borders only moves it. */
export function locateIn(pieces: ChangedPieces, { start, end }: TextSpan): TextSpan | null {
  const next = firstWhere(
    pieces,
    ({ before }) => order(before.end, start) > 0 || order(before.start, end) >= 0,
  );
  const found = pieces[next];
  if (found && order(found.before.start, end) < 0) return null;
  const last = pieces[next - 1];
  if (!last) return { start, end };
  const { before, after } = last;
  return { start: carry(start, before.end, after.end), end: carry(end, before.end, after.end) };
}

/** What a span holds of a line. */
function partOf(text: TextLines, { start, end }: TextSpan, line: number): string {
  const whole = text.lineAt(line).text;
  if (line !== start.line && line !== end.line) return whole;
  return whole.slice(
    line === start.line ? start.character : 0,
    line === end.line ? end.character : undefined,
  );
}

/** The text of a span, its lines apart by a line feed. */
function sliceOf(text: TextLines, span: TextSpan): string {
  const lines: string[] = [];
  for (let line = span.start.line; line <= span.end.line; line += 1) lines.push(partOf(text, span, line));
  return lines.join("\n");
}

/** Whether a span of a text is the same as one of another. */
function isSame(a: TextLines, inA: TextSpan, b: TextLines, inB: TextSpan): boolean {
  const down = inB.start.line - inA.start.line;
  if (inB.end.line - inA.end.line !== down || inB.end.line >= b.lineCount) return false;
  for (let line = inA.start.line; line <= inA.end.line; line += 1)
    if (partOf(a, inA, line) !== partOf(b, inB, line + down)) return false;
  return true;
}

/** A piece without what it begins and ends with in both texts. */
function trim(piece: Piece, before: TextLines, after: TextLines): Piece {
  if (isEmpty(piece.before) || isEmpty(piece.after)) return piece;
  const old = sliceOf(before, piece.before);
  const now = sliceOf(after, piece.after);
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  if (head + tail === 0) return piece;
  const without = ({ start }: TextSpan, text: string) => {
    const first = endOf(start, text.slice(0, head));
    return { start: first, end: endOf(first, text.slice(head, text.length - tail)) };
  };
  return { before: without(piece.before, old), after: without(piece.after, now) };
}

/** The pieces without what is the same in both texts: what was changed and then restored is none. */
export function trimAll(pieces: ChangedPieces, before: TextLines, after: TextLines): ChangedPieces {
  return pieces.map((piece) => trim(piece, before, after)).filter((piece) => !isNothing(piece));
}

/** The end of a text. */
function lastOf(text: TextLines): Place {
  const line = text.lineCount - 1;
  return { line, character: text.lineAt(line).text.length };
}

/** Whether the pieces tell all in which two texts differ. */
export function tellAll(pieces: ChangedPieces, before: TextLines, after: TextLines): boolean {
  const ends: Piece = {
    before: { start: lastOf(before), end: lastOf(before) },
    after: { start: lastOf(after), end: lastOf(after) },
  };
  const last = pieces.at(-1);
  const end = last ? carry(ends.before.end, last.before.end, last.after.end) : ends.before.end;
  if (order(end, ends.after.end) !== 0) return false;
  let [old, now] = [top, top];
  for (const piece of [...pieces, ends]) {
    const kept = { start: old, end: piece.before.start };
    if (!isSame(before, kept, after, { start: now, end: piece.after.start })) return false;
    [old, now] = [piece.before.end, piece.after.end];
  }
  return true;
}

/** Whether all that lies between some pieces is found at the same places by others. */
export function keepsPlaces(others: ChangedPieces, pieces: ChangedPieces, before: TextLines): boolean {
  let from = { old: top, now: top };
  for (const piece of [...pieces, null]) {
    const gap = { start: from.old, end: piece ? piece.before.start : lastOf(before) };
    const found = isEmpty(gap) ? null : locateIn(others, gap);
    if (!isEmpty(gap) && (!found || order(found.start, from.now) !== 0)) return false;
    if (piece && found && order(found.end, piece.after.start) !== 0) return false;
    if (piece) from = { old: piece.before.end, now: piece.after.end };
  }
  return true;
}

/** The one piece in which two texts differ: all that lies between what both begin and end with. */
export function pieceBetween(before: TextLines, after: TextLines): ChangedPieces {
  const whole = {
    before: { start: top, end: lastOf(before) },
    after: { start: top, end: lastOf(after) },
  };
  return trimAll([whole], before, after);
}

/** How many characters of the text before lie in pieces. */
export function coveredBy(pieces: ChangedPieces, before: TextLines): number {
  return pieces.reduce((sum, piece) => sum + sliceOf(before, piece.before).length, 0);
}

/** What is directly in one frame, and the way of every tensor between it, in and out. */

/** Where a tensor leaves or arrives: a child by its index, with the distance from its centre; or a port of the frame. */
export interface End {
  readonly node: number;
  readonly offset: number;
}

/** One tensor, and everything at this level that takes it. */
export interface Net {
  readonly from: End;
  readonly to: readonly End[];
  /** Nothing was computed to make it: it gives way to what was. */
  readonly isLeaf: boolean;
}

/** Nodes are children, then ports at the top, then ports at the bottom of the frame. */
export interface LevelInput {
  readonly widths: readonly number[];
  readonly heights: readonly number[];
  readonly entries: number;
  readonly exits: number;
  readonly nets: readonly Net[];
  /** Room above the first row and below the last one, and what of the room above is a frame's heading. */
  readonly top: number;
  readonly bottom: number;
  readonly heading: number;
  /** Height between rows. */
  readonly gap: number;
}

/** Numbers of one hop: x and y of its start, the heights between which it bends, x and y of its end. */
export const hopLength = 6;

export const nodesOf = ({ widths, entries, exits }: LevelInput) => widths.length + entries + exits;

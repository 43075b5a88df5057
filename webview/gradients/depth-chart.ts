/** The gradient norm of every operation, from the input to the loss, over a logarithmic axis. */
import uPlot from "uplot";
import { formatNumber } from "../../engine/core/number-text";
import { h, on } from "../dom";
import type { Domain } from "../scale";
import { siteLink } from "../site-link";
import type { Theme } from "../theme";
import { type BesideRow, domainOf } from "./beside-rows";
import { normText, type Row } from "./series";

export interface DepthChart {
  readonly element: HTMLElement;
  /** The name of the operation that is read out, or null. */
  chosen(): string | null;
  /** Reads the operation of this name out, when there is one. */
  choose(name: string): void;
  /** The chart on the theme's background, as PNG. */
  picture(): Promise<Uint8Array>;
  dispose(): void;
}

const height = 260;

/** Left and right move along the operations, Enter or a click shows the operation's line. */
export function depthChart(
  beside: readonly BesideRow[],
  theme: Theme,
  reveal: (row: Row) => void,
): DepthChart {
  const rows = beside.map(({ row }) => row);
  const readout = h("p", { class: "readout", "aria-live": "polite" }, hint);
  const plotBox = createPlotBox();
  const element = h("div", { class: "depth" }, plotBox, readout);
  const domain = domainOf(beside);
  let at = -1;
  /** What to read out as soon as the chart has its size. */
  let chosen = -1;
  const plot = new uPlot(options(rows, domain, theme, readAt), dataOf(beside, domain), plotBox);
  const moveTo = (index: number) => plot.setCursor({ left: plot.valToPos(index, "x"), top: height / 3 });
  const observer = new ResizeObserver(() => {
    const shown = chosen >= 0 ? chosen : at;
    chosen = -1;
    plot.setSize({ width: Math.max(160, plotBox.clientWidth), height });
    if (shown >= 0) moveTo(shown);
  });
  observer.observe(plotBox);
  on(plotBox, {
    keydown(event: KeyboardEvent) {
      const row = rows[at];
      if (event.key === "Enter" && row) return reveal(row);
      const move = { ArrowLeft: -1, ArrowRight: 1, Home: -rows.length, End: rows.length }[event.key];
      if (move === undefined) return;
      event.preventDefault();
      moveTo(Math.max(0, Math.min(rows.length - 1, at < 0 ? rows.length - 1 : at + move)));
    },
  });
  on(plot.over, {
    click() {
      const row = rows[at];
      if (row) reveal(row);
    },
  });

  function readAt(index: number | null) {
    if (index === at || (index === null && at < 0)) return;
    at = index ?? -1;
    const row = beside[at];
    readout.replaceChildren(...(row ? readOut(row) : [hint]));
  }

  return {
    element,
    chosen: () => rows[at]?.name ?? null,
    choose(name) {
      chosen = rows.findIndex((row) => row.name === name);
    },
    picture: () => pictureOf(plot.ctx.canvas, theme),
    dispose() {
      observer.disconnect();
      plot.destroy();
    },
  };
}

function createPlotBox(): HTMLElement {
  return h("div", {
    class: "plot",
    tabindex: 0,
    role: "application",
    "aria-label": "Gradient norms along the depth. Arrow keys move, Enter shows the line.",
  });
}

function readOut({ row, before, change }: BesideRow): (Node | string)[] {
  const { name, detail, site } = row;
  const what = name.endsWith(detail) ? "" : `(${detail}) `;
  const was = before === null ? "" : `, before ${normText(before, formatNumber)}`;
  const text = `gradient ${normText(row, formatNumber)}${was}${change === "" ? "" : `, ${change}`} `;
  return [h("strong", {}, name), ` ${what}${text}`, site ? siteLink(site) : ""];
}

const hint = "Point at the chart, or use the arrow keys, to read an operation.";

/** Zeros stand on the lowest line, which the axis marks with 0; the run before is a line of its own. */
function dataOf(rows: readonly BesideRow[], { low }: Domain): uPlot.AlignedData {
  const floor = 10 ** (low - 1);
  const normOf = (row: Row | null) => (row?.kind === "norm" ? row.norm : null);
  return [
    Float64Array.from(rows.keys()),
    rows.map(({ row }) => normOf(row)),
    rows.map(({ row }) => (row.kind === "zero" ? floor : null)),
    rows.map(({ before }) => normOf(before)),
  ];
}

function options(
  rows: readonly Row[],
  { low, high }: Domain,
  theme: Theme,
  readAt: (index: number | null) => void,
): uPlot.Options {
  const axis = {
    stroke: theme.foreground,
    grid: { stroke: theme.border, width: theme.isHighContrast ? 1 : 0.5 },
    ticks: { stroke: theme.border },
    font: `12px ${theme.font}`,
  };
  return {
    width: 400,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: [-0.5, rows.length - 0.5] },
      y: { distr: 3, log: 10, range: [10 ** (low - 1), 10 ** high] },
    },
    axes: [
      { ...axis, space: 90, values: (_plot, places) => places.map((place) => nameAt(rows, place)) },
      {
        ...axis,
        size: 56,
        filter: (_plot, splits) => splits,
        splits: Array.from({ length: high - low + 2 }, (_, i) => 10 ** (low - 1 + i)).filter(
          (_, i) => i % Math.ceil((high - low + 2) / 8) === 0,
        ),
        values: (_plot, places) => places.map((value) => (value === null ? "" : label(value, low))),
      },
    ],
    series: [
      {},
      {
        stroke: theme.accent,
        width: 2,
        spanGaps: false,
        points: { show: rows.length <= 200, size: 7, fill: theme.accent },
      },
      {
        stroke: theme.error,
        paths: () => null,
        points: { show: true, size: 9, width: 2, stroke: theme.error, fill: theme.background },
      },
      { stroke: theme.foreground, width: 1.5, dash: [6, 4], spanGaps: true, points: { show: false } },
    ],
    hooks: { setCursor: [(plot) => readAt(plot.cursor.idx ?? null)] },
  };
}

async function pictureOf(chart: HTMLCanvasElement, theme: Theme): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(chart.width, chart.height);
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = theme.background;
    context.fillRect(0, 0, chart.width, chart.height);
    context.drawImage(chart, 0, 0);
  }
  return new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
}

function nameAt(rows: readonly Row[], place: number): string {
  if (!Number.isInteger(place)) return "";
  return rows[place]?.short ?? "";
}

function label(value: number, low: number): string {
  const exponent = Math.round(Math.log10(value));
  return exponent < low ? "0" : `1e${exponent}`;
}

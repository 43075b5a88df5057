/** Elements made from values, never from text that is parsed. */

type Child = Node | string | number | null | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Listeners = Readonly<Record<string, (event: never) => void>>;

/** An element with attributes (false, null and undefined leave one out; true sets an empty one) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes,
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K];
export function h(
  tag: string,
  attributes?: Attributes,
  ...children: readonly (Child | readonly Child[])[]
): HTMLElement;
export function h(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

const svgSpace = "http://www.w3.org/2000/svg";

/** The same for SVG. */
export function svg(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
) {
  const element = document.createElementNS(svgSpace, tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

function setAttributes(element: Element, attributes: Attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(element: Element, children: readonly (Child | readonly Child[])[]) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Adds listeners and gives the element back. */
export function on<E extends Element>(element: E, listeners: Listeners): E {
  for (const [type, listener] of Object.entries(listeners))
    element.addEventListener(type, listener as (event: Event) => void);
  return element;
}

/** A symbol from VS Code's own set, for the eye only. */
export function icon(name: string, tone?: "error" | "warning" | "info" | "ok"): HTMLElement {
  return h("span", {
    class: `codicon codicon-${name}${tone ? ` tone-${tone}` : ""}`,
    "aria-hidden": "true",
  });
}

/** The place beside the graph in which something is explained: it opens, closes with Escape, and gives the focus back. */
import { h, on } from "../dom";
import { replaceInPlace } from "../replace-in-place";

export class InspectorBox {
  readonly element = h("aside", { class: "inspector", "aria-label": "Inspector", hidden: true });
  #shown = "";
  /** What had the focus before it came in here. */
  #opener: HTMLElement | null = null;

  constructor(onDidEscape: () => void) {
    on(this.element, {
      focusin: ({ relatedTarget }: FocusEvent) => {
        if (relatedTarget instanceof HTMLElement && !this.element.contains(relatedTarget))
          this.#opener = relatedTarget;
      },
      keydown: (event: KeyboardEvent) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onDidEscape();
      },
    });
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** Shows a page; one of the same subject stays where it was scrolled to, another begins at its top. */
  show(subject: string, page: HTMLElement) {
    this.element.hidden = false;
    if (subject === this.#shown) return replaceInPlace(this.element, [page]);
    this.#shown = subject;
    this.element.replaceChildren(page);
    this.element.scrollTop = 0;
  }

  /** Moves the focus to the page's heading, from where it is read. */
  focus() {
    this.element.querySelector<HTMLElement>("h2")?.focus();
  }

  hide() {
    this.element.hidden = true;
    this.element.replaceChildren();
    this.#shown = "";
  }

  /** Gives the focus back to where it came from, or to `other` when that is gone. */
  giveFocusBack(other: HTMLElement) {
    const { activeElement } = document;
    const opener = this.#opener?.checkVisibility() ? this.#opener : other;
    this.#opener = null;
    if (activeElement === null || activeElement === document.body || this.element.contains(activeElement))
      opener.focus();
  }
}

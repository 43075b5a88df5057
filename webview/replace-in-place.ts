/** New content for a box of which a person reads or uses the old one. */

/** Replaces what a box holds. What has the keyboard's focus has it again when it is still there, and nothing scrolls. */
export function replaceInPlace(box: HTMLElement, children: readonly Node[]) {
  const scrolled = scrolledAround(box);
  const inside = scrolledIn(box);
  const { activeElement } = document;
  const focused = activeElement && box.contains(activeElement) ? keyIn(box, activeElement) : null;
  holdHeight(box);
  box.replaceChildren(...children);
  for (const { key, left, top } of inside) scrollTo(elementAt(box, key), left, top);
  for (const { element, left, top } of scrolled) scrollTo(element, left, top);
  if (focused) elementAt(box, focused)?.focus({ preventScroll: true });
}

/** Charts and pictures are drawn a moment later; until then the box is as high as before, or nothing could stay scrolled. */
function holdHeight(box: HTMLElement) {
  if (getComputedStyle(box).overflowY !== "visible") return;
  box.style.minHeight = `${box.scrollHeight}px`;
  setTimeout(() => {
    box.style.minHeight = "";
  }, 1000);
}

/** What an element is called, and how many of that name come before it. */
interface Key {
  readonly tag: string;
  readonly name: string;
  readonly nth: number;
}

function nameOf(element: Element): string {
  return element.getAttribute("aria-label") ?? element.textContent ?? "";
}

function alike(box: HTMLElement, tag: string, name: string): Element[] {
  return [...box.querySelectorAll(tag)].filter((each) => nameOf(each) === name);
}

function keyIn(box: HTMLElement, element: Element): Key {
  const tag = element.localName;
  const name = nameOf(element);
  return { tag, name, nth: alike(box, tag, name).indexOf(element) };
}

function elementAt(box: HTMLElement, { tag, name, nth }: Key): HTMLElement | undefined {
  const found = alike(box, tag, name)[nth];
  return found instanceof HTMLElement ? found : undefined;
}

function isScrolled({ scrollTop, scrollLeft }: Element): boolean {
  return scrollTop !== 0 || scrollLeft !== 0;
}

function scrolledIn(box: HTMLElement) {
  return [...box.querySelectorAll("[tabindex], aside")]
    .filter(isScrolled)
    .map((each) => ({ key: keyIn(box, each), left: each.scrollLeft, top: each.scrollTop }));
}

function scrolledAround(box: HTMLElement) {
  const found: { element: Element; left: number; top: number }[] = [];
  for (let element: Element | null = box; element; element = element.parentElement)
    if (isScrolled(element)) found.push({ element, left: element.scrollLeft, top: element.scrollTop });
  return found;
}

function scrollTo(element: Element | undefined, left: number, top: number) {
  element?.scrollTo({ left, top, behavior: "instant" });
}

/** VS Code's look for controls: the only module that knows the toolkit, component by component. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import { h, icon, on } from "./dom";

/** Must run before the window's `load` event: the toolkit reads the theme then. */
export function registerToolkit() {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
}

/** A button with a text, and a symbol before it if wanted; one that runs a model is not there for a saved trace. */
export function button(
  text: string,
  onClick: () => void,
  options: { icon?: string; primary?: boolean; title?: string; runs?: boolean } = {},
): HTMLElement {
  const element = h(
    "vscode-button",
    {
      appearance: options.primary ? "primary" : "secondary",
      title: options.title,
      "data-runs": options.runs ?? false,
    },
    text,
  );
  if (options.icon) {
    const symbol = icon(options.icon);
    symbol.slot = "start";
    element.prepend(symbol);
  }
  return on(element, { click: onClick });
}

/** A button that is a symbol only; its name is read out and shown as a tooltip. */
export function iconButton(name: string, symbol: string, onClick: () => void): HTMLElement {
  const element = h("vscode-button", { appearance: "icon", "aria-label": name, title: name }, icon(symbol));
  return on(element, { click: onClick });
}

export function searchField(name: string, onInput: (text: string) => void): HTMLInputElement {
  const symbol = icon("search");
  symbol.slot = "start";
  // The toolkit takes the name from the text inside, and overrules any other.
  const label = h("span", { class: "hidden", slot: "start", "aria-hidden": "true" }, name);
  const element = h("vscode-text-field", { placeholder: name }, symbol, label) as HTMLInputElement;
  return on(element, { input: () => onInput(element.value) });
}

export function dropdown(
  name: string,
  options: readonly { readonly value: string; readonly text: string }[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const element = h(
    "vscode-dropdown",
    { "aria-label": name },
    options.map((each) =>
      h("vscode-option", { value: each.value, selected: each.value === value }, each.text),
    ),
  ) as HTMLSelectElement;
  return on(element, { change: () => onChange(element.value) });
}

/** For the eye: the text beside it says what is under way. The toolkit would read "Loading" out aloud. */
export function progressRing(): HTMLElement {
  return h("vscode-progress-ring", { "aria-hidden": "true" });
}

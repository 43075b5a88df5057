/** The theme as canvases need it: colours read from VS Code's variables, again after every change. */

export interface Theme {
  readonly kind: "light" | "dark" | "hc-dark" | "hc-light";
  readonly isHighContrast: boolean;
  readonly background: string;
  readonly foreground: string;
  readonly dimmed: string;
  readonly border: string;
  readonly focus: string;
  readonly error: string;
  readonly warning: string;
  readonly accent: string;
  readonly font: string;
  readonly isMotionReduced: boolean;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const read = (...names: string[]) =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== "") ??
    "";
  const foreground = read("editor-foreground", "foreground") || style.color;
  const { classList } = document.body;
  const isLightContrast = classList.contains("vscode-high-contrast-light");
  const isHighContrast = isLightContrast || classList.contains("vscode-high-contrast");
  const kindOf = () => {
    if (isHighContrast) return isLightContrast ? "hc-light" : "hc-dark";
    return classList.contains("vscode-light") ? "light" : "dark";
  };
  return {
    kind: kindOf(),
    isHighContrast,
    background: read("editor-background") || style.backgroundColor,
    foreground,
    dimmed: isHighContrast ? foreground : read("descriptionForeground", "foreground") || foreground,
    border: read("contrastBorder", "editorWidget-border", "panel-border") || foreground,
    focus: read("focusBorder", "contrastActiveBorder") || foreground,
    error: read("editorError-foreground", "errorForeground") || foreground,
    warning: read("editorWarning-foreground", "foreground") || foreground,
    accent: read("charts-blue", "textLink-foreground") || foreground,
    font: read("font-family") || "sans-serif",
    isMotionReduced:
      classList.contains("vscode-reduce-motion") || matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}

/** Calls back after VS Code switched the theme, or a colour of it, once per frame at most. */
export function onDidChangeTheme(listener: () => void) {
  let isWaiting = false;
  const observer = new MutationObserver(() => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      listener();
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
}

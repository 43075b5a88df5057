// Panels in a browser without VS Code, for the tests of one group.
import assert from "node:assert/strict";
import { after, before } from "mocha";
import { launchBrowser } from "../harness/browser.mjs";
import { openPanel } from "./panel-page.mjs";
import { servePanels } from "./panel-server.mjs";

export type PanelOptions = NonNullable<Parameters<typeof openPanel>[3]>;
export type OpenedPanel = Awaited<ReturnType<typeof openPanel>>;

/** Runs a body with a panel, which is closed afterwards and must not have logged an error. */
type WithPanel = (
  panel: string,
  options: PanelOptions,
  body: (opened: OpenedPanel) => Promise<void>,
) => Promise<void>;

/** Has a browser and a server for the time of the group; gives what opens a panel in them. */
export function usePanels(): WithPanel {
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  let server: Awaited<ReturnType<typeof servePanels>>;
  before(async () => {
    server = await servePanels();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
  return async (panel, options, body) => {
    const opened = await openPanel(browser, server, panel, options);
    try {
      await body(opened);
      assert.deepEqual(opened.problems(), []);
    } finally {
      await opened.close();
    }
  };
}

// Panels in a browser without VS Code, for the tests of one group.
import { after, before } from "mocha";
import { launchBrowser } from "../harness/browser.mjs";
import { openPanel } from "./panel-page.mjs";
import { servePanels } from "./panel-server.mjs";

export type PanelOptions = NonNullable<Parameters<typeof openPanel>[3]>;
export type OpenedPanel = Awaited<ReturnType<typeof openPanel>>;

/** Has a browser and a server for the time of the group; gives what opens a panel in them. */
export function usePanels(): (panel: string, options: PanelOptions) => Promise<OpenedPanel> {
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
  return (panel, options) => openPanel(browser, server, panel, options);
}

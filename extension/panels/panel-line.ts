/** The extension's end of the line to a panel. A file of its own that is read with the first panel, for vscode-jsonrpc. */
import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-jsonrpc/node";
import { fits } from "../../engine/report/forms";
import { site } from "../../engine/report/report-form";
import {
  type Answer,
  type PanelRequest,
  type Params,
  panelRequests,
  requests,
} from "../../engine/report/requests";
import type { ToExtension, ToPanel } from "../../webview/protocol";
import { type Envelope, isEnvelope, openWire, type Wire } from "../../webview/wire";

/** Who hears what a panel says. */
export interface PanelListener {
  readonly heed: { readonly [N in keyof ToExtension]: (news: ToExtension[N]) => void };
  /** Answers a question; rejects with the reason when there is no answer. `signal` says that it is not wanted any more. */
  answer<N extends PanelRequest>(name: N, params: Params<N>, signal: AbortSignal): Promise<Answer<N>>;
  /** What went wrong in one of these. */
  fail(error: unknown): void;
}

/** Whether a place that is among the news is one. */
function isRight(news: object): boolean {
  return !("site" in news) || fits(news.site, site);
}

export class PanelLine {
  #wire: Wire | null = null;
  #page = "";
  /** The questions of the page that is there now. */
  readonly #open = new Set<AbortController>();

  constructor(
    private readonly post: (envelope: Envelope) => void,
    private readonly listener: PanelListener,
  ) {}

  /** Takes what the page posted. A page that was loaded anew ends what the one before had asked. */
  take(data: unknown): void {
    if (!isEnvelope(data)) return;
    if (!this.#wire || data.page !== this.#page) this.#connect(data.page);
    this.#wire?.take(data);
  }

  /** Tells the page something; one that did not say a word yet is told nothing. */
  tell<N extends keyof ToPanel>(name: N, news: ToPanel[N]): void {
    this.#wire?.connection.sendNotification(name, news).catch(this.listener.fail);
  }

  dispose(): void {
    this.#wire?.connection.dispose();
    this.#wire = null;
    for (const question of this.#open) question.abort();
    this.#open.clear();
  }

  #connect(page: string): void {
    this.dispose();
    this.#page = page;
    const wire = openWire(page, this.post);
    this.#wire = wire;
    const heed = <N extends keyof ToExtension>(name: N) =>
      wire.connection.onNotification(name, (news: ToExtension[N]) => {
        try {
          if (isRight(news)) this.listener.heed[name](news);
        } catch (error) {
          this.listener.fail(error);
        }
      });
    const answer = <N extends PanelRequest>(name: N) =>
      wire.connection.onRequest<object, void>(name, (params: Params<N>, token: CancellationToken) =>
        this.#answer(name, params, token),
      );
    for (const name of Object.keys(this.listener.heed) as (keyof ToExtension)[]) heed(name);
    panelRequests.forEach(answer);
    wire.connection.listen();
  }

  async #answer<N extends PanelRequest>(
    name: N,
    params: Params<N>,
    token: CancellationToken,
  ): Promise<Answer<N>> {
    const misfit = requests[name].fromPanels?.misfit(params);
    if (misfit)
      throw new ResponseError(ErrorCodes.InvalidParams, `${name}${misfit.at} is not ${misfit.expected}`);
    const question = new AbortController();
    this.#open.add(question);
    token.onCancellationRequested(() => question.abort());
    try {
      return await this.listener.answer(name, params, question.signal);
    } catch (error) {
      throw new ResponseError(
        ErrorCodes.InternalError,
        error instanceof Error ? error.message : String(error),
      );
    } finally {
      this.#open.delete(question);
    }
  }
}

/** What the engine process tells its client unasked, each with its form; what it can be asked stands in report/requests.ts. */
import { type Form, nullable, number, object, oneOf, text } from "../report/forms";

export interface ProgressParams {
  readonly message: string;
  /** 0 to 1, or null when unknown. */
  readonly fraction: number | null;
}

export interface OutputParams {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface RetireParams {
  readonly reason: string;
}

/** All that is told, by name. */
interface Notices {
  progress: ProgressParams;
  /** What the model printed. */
  output: OutputParams;
  /** The process answers what is asked about its run, but should not run another model: this one left traces in it. */
  retire: RetireParams;
}

export type NoticeName = keyof Notices;
export type Notice<N extends NoticeName> = Notices[N];

export const notices: { readonly [N in NoticeName]: Form<Notice<N>> } = {
  progress: object<ProgressParams>({ message: text, fraction: nullable(number) }),
  output: object<OutputParams>({ stream: oneOf({ stdout: true, stderr: true }), text }),
  retire: object<RetireParams>({ reason: text }),
};

/** A request that is answered at once when the process is up. */
export const PING = "ping";

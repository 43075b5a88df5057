/** The pipes between the engine process and its client, by file descriptor in the engine process. */

/** The watchdog's, for the last answer of a process whose main thread cannot speak any more. */
export const LAST_ANSWER_FD = 3;
export const TO_CLIENT_FD = 4;
export const TO_ENGINE_FD = 5;

/** How the process gets them: no input, a pipe for what is printed, one for errors, and those three. */
export const stdio = ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"] as const;

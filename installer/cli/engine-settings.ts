/** What an engine process is started with: the command line, resolved. */
export interface EngineSettings {
  /** Data folder: journal, secrets, lock. */
  readonly data: string;
  readonly socketPath: string;
  /** Group whose members may use the socket (mode 0660); without one it is 0600. */
  readonly socketGroup?: string;
  /** What to do with operations that a crash interrupted: carry on, or leave them paused for the operator. */
  readonly recover: "resume" | "wait";
  /** A private engine leaves after this long without a running operation and without a caller. */
  readonly exitWhenIdleSeconds?: number;
  /** File descriptor that gets one line of JSON: `{"ready":true}`, or `{"error":WireError}` when the start failed. */
  readonly readyFd?: number;
}

/** What an engine process is started with: the command line, resolved. */
export interface EngineSettings {
  /** Data folder: journal, secrets, lock. */
  readonly data: string;
  readonly socketPath: string;
  /** Group whose members may use the socket (mode 0660); without one it is 0600. */
  readonly socketGroup?: string;
  /** Address and port of the web console; without it nothing listens but the socket. */
  readonly listen?: string;
  /** Names by which browsers may call it, besides those of this computer. */
  readonly consoleNames?: readonly string[];
  /** Folder of the built console. */
  readonly ui?: string;
  /** What to do with operations that a crash interrupted: carry on, or leave them paused for the operator. */
  readonly recover: "resume" | "wait";
  /** A private engine leaves after this long without a running operation and without a caller. */
  readonly exitWhenIdleSeconds?: number;
  /** File descriptor that gets one line of JSON: `{"ready":true}`, or `{"error":WireError}` when the start failed. */
  readonly readyFd?: number;
}

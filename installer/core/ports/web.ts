/** A file of the console, ready to be sent. */
export interface StaticFile {
  readonly content: Uint8Array;
  readonly type: string;
  /** Changes with the content. */
  readonly etag: string;
  /** Its name changes with its content, so that browsers may keep it for good. */
  readonly immutable: boolean;
  /** The same compressed, if that is shorter. */
  readonly gzip: Uint8Array | undefined;
}

/** The built console. */
export interface StaticFiles {
  state(): Promise<"served" | "absent">;
  /** By the path of an address, decoded or not; only what is in the folder is ever found, whatever the path says. */
  find(path: string): Promise<StaticFile | undefined>;
  /** The page that everything begins with; undefined when there is no console to serve. */
  index(): Promise<StaticFile | undefined>;
}

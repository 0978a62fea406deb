/** How the API of a cluster is reached: a kubeconfig with one cluster and one user who has a certificate. */
export interface KubeAccess {
  readonly cluster: string;
  readonly kubeconfig: string;
}

/** Something of the list was added, changed or taken away; `BOOKMARK` only says how far the list has come. */
export interface KubeWatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject;
}

/** An object as the API gives it; what is read of it is checked where it is read. */
export interface KubeObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
  };
  readonly [field: string]: unknown;
}

/** A list and where it stands, for a watch to go on from. */
export interface KubeList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

/**
 * The API of clusters. Rejects with KUBE_API_SILENT when no answer comes, KUBE_OBJECT_GONE for 404 and KUBE_API_REFUSED for
 * other refusals. Paths are made by the caller out of checked names.
 */
export interface KubeApi {
  list(access: KubeAccess, path: string, signal: AbortSignal): Promise<KubeList>;
  get(access: KubeAccess, path: string, signal: AbortSignal): Promise<KubeObject>;
  /** A merge patch (RFC 7386). */
  patch(
    access: KubeAccess,
    path: string,
    change: { readonly patch: unknown; readonly signal: AbortSignal },
  ): Promise<void>;
  /** Changes after a list; ends when the API ends it, as it does every few minutes. */
  watch(access: KubeAccess, path: string, signal: AbortSignal): AsyncGenerator<KubeWatchEvent, void, void>;
  /** Text as it comes, in pieces of any size; characters are never cut. */
  text(access: KubeAccess, path: string, signal: AbortSignal): AsyncGenerator<string, void, void>;
}

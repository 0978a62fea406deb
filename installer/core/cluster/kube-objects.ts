/** What of a Kubernetes object's metadata Slipway reads. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
}

/** A taint as a node carries it: the API leaves an empty value out. */
export interface NodeTaintObject {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** A Node (v1), as far as Slipway reads it. */
export interface NodeObject {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly NodeTaintObject[] };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly nodeInfo?: { readonly kubeletVersion?: string; readonly bootID?: string };
  };
}

/** A Pod (v1), as far as Slipway reads it. */
export interface PodObject {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly nodeName?: string;
    readonly volumes?: readonly { readonly name: string; readonly emptyDir?: object }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly ready?: boolean;
      readonly restartCount?: number;
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/** A label selector of the API (meta/v1 LabelSelector). */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** A PodDisruptionBudget (policy/v1), as far as Slipway reads it. */
export interface BudgetObject {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly selector?: LabelSelector };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
  };
}

/** A list as kubectl prints it. */
export interface ObjectList<T> {
  readonly items: readonly T[];
}

/** Whether a condition of an object is `True`. */
export const hasCondition = (
  { status }: { readonly status?: { readonly conditions?: readonly { type: string; status: string }[] } },
  type: string,
): boolean => (status?.conditions ?? []).some((one) => one.type === type && one.status === "True");

/** Whether labels match a selector. An empty selector of a PodDisruptionBudget matches every pod (policy/v1). */
export const selects = (selector: LabelSelector | undefined, labels: ObjectMeta["labels"] = {}): boolean => {
  if (selector === undefined) return false;
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  const expressed = (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const found = labels[key];
    switch (operator) {
      case "In":
        return found !== undefined && values.includes(found);
      case "NotIn":
        return found === undefined || !values.includes(found);
      case "Exists":
        return found !== undefined;
      default:
        return found === undefined;
    }
  });
  return equal && expressed;
};

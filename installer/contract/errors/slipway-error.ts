import * as z from "zod";
import type { Language } from "../text.ts";
import { errorEntry, type ErrorCode, type ErrorParams } from "./index.ts";

/** An error as it crosses a process boundary or enters the journal: fields only, no stack. */
export const WireError = z
  .object({
    code: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    machine: z.string().optional(),
    phase: z.string().optional(),
    detail: z.string().optional().describe("Full output behind the message, redacted and capped"),
  })
  .describe("A failure from the error catalogue");
export type WireError = Readonly<z.output<typeof WireError>>;

/** Where an error happened and what lies behind it. */
export interface ErrorSite {
  readonly machine?: string;
  readonly phase?: string;
  /** Full output, shown on demand; must be redacted before it leaves the process. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/** The one error class of the product. Adapters translate foreign errors into it at their edge. */
export class SlipwayError extends Error {
  readonly code: ErrorCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly machine: string | undefined;
  readonly phase: string | undefined;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, params: Readonly<Record<string, string | number>>, site: ErrorSite = {}) {
    super(
      fill(errorEntry(code).title.en, params),
      site.cause === undefined ? undefined : { cause: site.cause },
    );
    this.name = "SlipwayError";
    this.code = code;
    this.params = params;
    this.machine = site.machine;
    this.phase = site.phase;
    this.detail = site.detail;
  }

  /** Makes an error whose parameters are checked against its title: prefer this to the constructor. */
  static of<C extends ErrorCode>(code: C, params: ErrorParams<C>, site: ErrorSite = {}): SlipwayError {
    return new SlipwayError(code, params, site);
  }
}

/** True when `error` carries `code`; works on instances, on wire errors and across realms. */
export const isCode = (error: unknown, code: ErrorCode): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === code;

/** Any thrown value as a wire error: anything that is not from the catalogue is INTERNAL. */
export const toWire = (thrown: unknown, site: ErrorSite = {}): WireError => {
  const error =
    thrown instanceof SlipwayError
      ? thrown
      : new SlipwayError("INTERNAL", { problem: thrown instanceof Error ? thrown.message : String(thrown) });
  const machine = error.machine ?? site.machine;
  const phase = error.phase ?? site.phase;
  const detail =
    error.detail ??
    site.detail ??
    (error.code === "INTERNAL" && thrown instanceof Error ? thrown.stack : undefined);
  return {
    code: error.code,
    params: { ...error.params },
    ...(machine === undefined ? {} : { machine }),
    ...(phase === undefined ? {} : { phase }),
    ...(detail === undefined ? {} : { detail }),
  };
};

/** Title and hint of a wire error in the operator's language. */
export const renderError = (error: WireError, language: Language): { title: string; hint: string } => {
  const entry = errorEntry(error.code);
  return { title: fill(entry.title[language], error.params), hint: fill(entry.hint[language], error.params) };
};

const fill = (template: string, params: Readonly<Record<string, string | number>>): string =>
  template.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );

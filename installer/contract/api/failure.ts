import { WireError } from "../errors/index.ts";

/**
 * How a failed call looks on the wire: `code` is that of the catalogue, `data` the whole WireError, and the HTTP status
 * is for stock HTTP tools only. Clients compare codes.
 */
export const httpStatusOf = (code: string): number => statusByCode.get(code) ?? 422;

const statusByCode = new Map<string, number>([
  ["INTERNAL", 500],
  ["REQUEST_INVALID", 400],
  ["REQUEST_TOO_LARGE", 413],
  ["CALL_UNKNOWN", 404],
  ["OPERATION_NOT_FOUND", 404],
  ["MACHINE_UNKNOWN", 404],
  ["SECRET_NOT_FOUND", 404],
  ["WORKFLOW_UNKNOWN", 404],
  ["OPERATION_CONFLICT", 409],
  ["OPERATION_STATE", 409],
  ["CONTRACT_MISMATCH", 409],
  ["CANCELLED", 499],
  ["CALL_TIMEOUT", 504],
]);

/** The WireError inside a foreign failure value, or undefined when the peer was not speaking our contract. */
export const wireErrorIn = (data: unknown): WireError | undefined => {
  const parsed = WireError.safeParse(data);
  return parsed.success ? parsed.data : undefined;
};

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
  ["SIGN_IN_NEEDED", 401],
  ["LOGIN_REFUSED", 401],
  ["LOGIN_CODE_NEEDED", 401],
  ["TOKEN_REFUSED", 401],
  ["LOGIN_LOCKED", 429],
  ["RATE_LIMITED", 429],
  ["PERMISSION_DENIED", 403],
  ["TOKEN_SCOPE", 403],
  ["GRANTS_EXCEEDED", 403],
  ["ORIGIN_REFUSED", 403],
  ["HOST_REFUSED", 421],
  ["ENROLMENT_INVALID", 404],
  ["USER_UNKNOWN", 404],
  ["SESSION_UNKNOWN", 404],
  ["TOKEN_UNKNOWN", 404],
  ["USER_EXISTS", 409],
  ["LAST_ADMINISTRATOR", 409],
]);

/** The WireError inside a foreign failure value, or undefined when the peer was not speaking our contract. */
export const wireErrorIn = (data: unknown): WireError | undefined => {
  const parsed = WireError.safeParse(data);
  return parsed.success ? parsed.data : undefined;
};

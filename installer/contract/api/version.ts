/**
 * Version of the contract: raised by hand whenever a call or a field is removed, renamed or changes its meaning (a new
 * call or an optional field is no reason). Clients send it with every call; an engine of another version answers
 * CONTRACT_MISMATCH.
 */
export const CONTRACT_VERSION = 1;

/** Header in which a client states the version it was built for. Calls below /api may leave it out. */
export const CONTRACT_HEADER = "x-slipway-contract";

/** Header in which a client states which OS user asks, for the journal. Only as trustworthy as the socket's permissions. */
export const USER_HEADER = "x-slipway-user";

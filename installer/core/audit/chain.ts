import type { AuditEntry, AuditFinding, AuditVerdict } from "../../contract/audit.ts";

/** What stands in the place of a hash before the first entry. */
export const NO_HASH = "0".repeat(64);

/** An entry with what only its site can make of its hash. */
export interface SealedEntry extends AuditEntry {
  readonly seal: string;
}

/** How long the log was when the anchor was last written, and the hash of its newest entry then. */
export interface Anchor {
  readonly entries: number;
  readonly head: string;
}

/** Hash and seal, which need a library. */
export interface ChainTools {
  /** SHA-256 in hexadecimal digits. */
  hash(text: string): string;
  /** Makes what only the holder of the key can make. */
  seal(hash: string): string;
}

/** The form of an entry that is hashed: a JSON array of its fields in a fixed order, null for those it has not. */
export const canonical = (entry: Omit<AuditEntry, "hash">): string =>
  JSON.stringify([
    "slipway-audit-1",
    entry.seq,
    entry.at,
    entry.kind,
    entry.of ?? null,
    entry.user,
    entry.via,
    entry.address,
    entry.action,
    entry.object,
    entry.about,
    entry.outcome ?? null,
    entry.durationMs ?? null,
    entry.reason ?? null,
    entry.previous,
  ]);

/** Findings that are listed; there may be more. */
const MOST_FINDINGS = 100;

/** A check of a chain, entry by entry, that keeps nothing but where it stands. */
export interface ChainCheck {
  next(entry: SealedEntry): void;
  /** `anchor` is undefined when there is none to compare with; `false` when it is gone or was altered. */
  end(anchor: Anchor | false | undefined): AuditVerdict;
}

/**
 * Checks a log in its order. An edit of any field changes the entry's hash, and with it the next entry's `previous`; who
 * makes all hashes anew cannot make the seals; who leaves out the newest entries disagrees with the anchor.
 */
export const checkChain = ({ hash, seal }: ChainTools): ChainCheck => {
  const findings: AuditFinding[] = [];
  let seq = 0;
  let head = NO_HASH;
  const heads = new Map<number, string>();
  const found = (fault: AuditFinding["fault"], at: number): void => {
    if (findings.length < MOST_FINDINGS) findings.push({ seq: at, fault });
  };
  return {
    next(entry) {
      if (entry.seq !== seq + 1) found(entry.seq > seq ? "missing" : "order", Math.min(seq + 1, entry.seq));
      else if (entry.previous !== head) found("order", entry.seq);
      if (hash(canonical(entry)) !== entry.hash) found("altered", entry.seq);
      if (seal(entry.hash) !== entry.seal) found("forged", entry.seq);
      seq = entry.seq;
      head = entry.hash;
      heads.set(seq, head);
      // Only the end of the log can be where an anchor is.
      heads.delete(seq - KEPT_HEADS);
    },
    end(anchor) {
      if (anchor === false) found("anchor", seq);
      else if (anchor !== undefined) {
        if (anchor.entries > seq) found("truncated", seq);
        else if ((heads.get(anchor.entries) ?? NO_HASH) !== anchor.head) found("anchor", anchor.entries);
      }
      return {
        whole: findings.length === 0,
        entries: seq,
        head,
        anchored: anchor === undefined || anchor === false ? 0 : Math.min(anchor.entries, seq),
        findings,
      };
    },
  };
};

/** A crash between an entry and its anchor leaves one entry unanchored; a few more are no harm. */
const KEPT_HEADS = 1000;

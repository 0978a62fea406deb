/** Bounds and time-outs of the SSH adapter; times in milliseconds. */
export interface SshLimits {
  /** A TCP connection must be established within this time. */
  readonly connectMs: number;
  /** The server must have greeted and agreed on keys within this time after TCP: a frozen machine's kernel accepts, its sshd is silent. */
  readonly handshakeMs: number;
  /** Authentication may take this long; PAM and reverse look-ups are slow at some sites. */
  readonly loginMs: number;
  /** Interval of keep-alive questions. */
  readonly probeMs: number;
  /** Seconds of complete silence after which a machine counts as lost. */
  readonly silentSeconds: number;
  /** sshd allows 10 sessions per connection by default (MaxSessions); two are left for killing what hangs. */
  readonly channelsPerConnection: number;
  readonly connectionsPerMachine: number;
  /** Connections being opened at once, over all machines; per machine it is always one (sshd's MaxStartups). */
  readonly connectingAtOnce: number;
  /** A command waits this long for a free channel before another connection is opened for it. */
  readonly growAfterMs: number;
  /** A connection without work is closed after this time. */
  readonly idleMs: number;
  /** How long a cancelled call waits for the far side to confirm the kill; SIGKILL follows SIGTERM after about 2 s there. */
  readonly killMs: number;
}

/** Chosen so that a killed, frozen or cut-off machine is noticed within about 10 s. */
export const defaultLimits: SshLimits = {
  connectMs: 5_000,
  handshakeMs: 8_000,
  loginMs: 20_000,
  probeMs: 3_000,
  silentSeconds: 9,
  channelsPerConnection: 8,
  connectionsPerMachine: 4,
  connectingAtOnce: 16,
  growAfterMs: 250,
  idleMs: 300_000,
  killMs: 20_000,
};

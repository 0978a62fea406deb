/** Pages of the console that can be opened at any site, with names for their pictures. */
export const pagePaths: Readonly<Record<string, string>> = {
  overview: "/",
  operations: "/operations",
  clusters: "/clusters",
  "cluster-new": "/clusters/new",
  machines: "/machines",
  bundles: "/bundles",
  terminals: "/terminals",
  "terminal-new": "/terminals/new",
  recordings: "/recordings",
  users: "/users",
  audit: "/audit",
  tokens: "/tokens",
  sessions: "/sessions",
  settings: "/settings",
  about: "/about",
};

/** A spec whose one machine nobody answers for: 192.0.2.0/24 is reserved for examples, and port 9 refuses on loopback. */
export const unreachableSpec = (name: string): string => `apiVersion: slipway/v1
kind: Cluster
name: ${name}
machines:
  - name: n1
    address: 127.0.0.1
    roles: [control-plane, worker]
ssh:
  user: root
  port: 9
  password: secret:site.key
`;

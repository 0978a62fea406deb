import type { Manifest } from "./manifest.ts";

/** Namespace of the smoke test; removing it removes everything the test made. */
export const SMOKE_NAMESPACE = "slipway-smoke";

const labels = { app: "slipway-smoke" } as const;

/** What a pod of the test answers with: its machine's name. */
const answer = `
echo "answering on $NODE"
while true; do
  printf 'HTTP/1.0 200 OK\\r\\nConnection: close\\r\\n\\r\\n%s\\n' "$NODE" | nc -l -N -p 8080 >/dev/null || sleep 0.1
done
`;

/** One pod on every machine, and a service in front of them. */
export const smokeManifests = (image: string): readonly Manifest[] => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: SMOKE_NAMESPACE } },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "smoke", namespace: SMOKE_NAMESPACE },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  },
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "smoke", namespace: SMOKE_NAMESPACE },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          tolerations: [{ operator: "Exists" }],
          containers: [
            {
              name: "smoke",
              image,
              imagePullPolicy: "IfNotPresent",
              command: ["/bin/sh", "-c", answer],
              env: [{ name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
              resources: { requests: { cpu: "10m", memory: "16Mi" } },
            },
          ],
        },
      },
    },
  },
];

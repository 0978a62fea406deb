import { describe, expect, test } from "vitest";
import { kubeadmFailure } from "./kubeadm-failure.ts";

describe("what kubeadm gave up on", () => {
  test("an API that did not answer in time is likely to pass", () => {
    const output = `[mark-control-plane] Marking the node n2 as control-plane
error: error execution phase control-plane-join/mark-control-plane: error applying control-plane label and taints: Get "https://10.99.0.10:6443/api/v1/nodes/n2?timeout=10s": net/http: request canceled (Client.Timeout exceeded while awaiting headers)
To see the stack trace of this error execute with --v=5 or higher
`;
    expect(kubeadmFailure(output)).toMatchObject({
      problem: expect.stringMatching(/^error: error execution phase control-plane-join/),
      passing: true,
    });
  });

  test("a warning about a time-out on the way does not make a wrong setting pass", () => {
    const output = `{"level":"warn","msg":"retrying of unary invoker failed","error":"context deadline exceeded"}
error: error execution phase preflight: [ERROR Port-10250]: Port 10250 is in use
`;
    expect(kubeadmFailure(output)).toMatchObject({ passing: false });
  });

  test("output without an error of its own gives its last line", () => {
    expect(kubeadmFailure("one\nthe API server is not ready\n")).toEqual({
      problem: "the API server is not ready",
      passing: false,
    });
  });
});

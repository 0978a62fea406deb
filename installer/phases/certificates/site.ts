import * as z from "zod";
import { text } from "../../contract/text.ts";
import { readCertificate } from "../../core/cluster/certificate.ts";
import { FoundCertificate } from "../../core/cluster/certificate-list.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase } from "../../core/phase.ts";

/** Reads the site CA's own certificate. Those that the appliance shows are made anew each time its engine starts. */
export const readSite = definePhase({
  id: "certificates.site",
  title: text("Read the site's certificates", "读取站点证书"),
  needs: {},
  output: z.object({ certificates: z.array(FoundCertificate) }),
  effect: "reads",
  timeoutMs: 60_000,
  on: () => [APPLIANCE],
  async probe({ ports }) {
    const reading = readCertificate(await ports.siteCa.certificate());
    if (reading === undefined) return { state: "satisfied", output: { certificates: [] } };
    const { subject, issuer, notBefore, notAfter } = reading;
    const certificate = {
      path: "secret:site-ca",
      use: "authority",
      subject,
      issuer,
      notBefore,
      notAfter,
    } as const;
    return { state: "satisfied", output: { certificates: [certificate] } };
  },
});

import { cliPage } from "./cli-page.ts";
import { codeDigests } from "./code-digests.ts";
import { componentsPage, componentsSchema } from "./components-page.ts";
import { errorsPage } from "./errors-page.ts";
import { permissionsPage } from "./permissions-page.ts";
import { phasesPage } from "./phases-page.ts";
import { clusterSchema, openApiDocument } from "./schemas.ts";

/** A committed file that is made from code. */
export interface Artefact {
  /** Path below the root of the repository. */
  readonly path: string;
  /** Its whole content as it should be now. */
  render(): string | Promise<string>;
}

/** Everything `npm run generate` writes, and that test/generated compares with what is committed. */
export const artefacts: readonly Artefact[] = [
  { path: "docs/errors.md", render: errorsPage },
  { path: "docs/phases.md", render: phasesPage },
  { path: "docs/permissions.md", render: permissionsPage },
  { path: "docs/cli.md", render: cliPage },
  { path: "docs/openapi.json", render: openApiDocument },
  { path: "docs/cluster.schema.json", render: clusterSchema },
  { path: "docs/components.schema.json", render: componentsSchema },
  { path: "docs/components.md", render: componentsPage },
  { path: "installer/core/bundle/components/code-digests.ts", render: codeDigests },
];

import { stringify } from "yaml";

/** Several documents as one YAML stream. Every string is quoted, so that no reader takes `0123` or `on` for something else. */
export const yamlDocuments = (documents: readonly object[]): string =>
  documents
    .map((document) =>
      stringify(document, {
        lineWidth: 0,
        aliasDuplicateObjects: false,
        defaultStringType: "QUOTE_DOUBLE",
        defaultKeyType: "PLAIN",
      }),
    )
    .join("---\n");

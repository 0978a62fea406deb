/** The part of JSON schema that describes a spec. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly "x-description-zh"?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** How a field is edited; `yaml` for what no form is made for. */
export type FieldKind =
  | "fixed"
  | "choice"
  | "text"
  | "number"
  | "switch"
  | "section"
  | "list"
  | "words"
  | "yaml";

/** Which kind of field a schema asks for. */
export const kindOf = (schema: Schema): FieldKind => {
  if (schema.const !== undefined) return "fixed";
  if (schema.enum !== undefined) return "choice";
  switch (schema.type) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "switch";
    case "object":
      return schema.properties === undefined ? "yaml" : "section";
    case "array":
      if (schema.items?.properties !== undefined) return "list";
      return schema.items?.enum === undefined
        ? schema.items?.type === "string"
          ? "words"
          : "yaml"
        : "words";
    case undefined:
    default:
      return "yaml";
  }
};

/** What a field means, in the language of the page. The English description ends with the Chinese one. */
export const describe = (schema: Schema, language: string): string => {
  const chinese = schema["x-description-zh"] ?? "";
  if (language === "zh-CN" && chinese !== "") return chinese;
  const both = schema.description ?? "";
  return chinese !== "" && both.endsWith(` / ${chinese}`) ? both.slice(0, -(chinese.length + 3)) : both;
};

/** What stands in an empty field: its default, else an example. */
export const placeholderOf = ({ default: preset, examples }: Schema): string => {
  const shown = preset ?? examples?.[0];
  return ["string", "number", "boolean"].includes(typeof shown)
    ? JSON.stringify(shown).replaceAll('"', "")
    : "";
};

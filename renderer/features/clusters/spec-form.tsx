import { Button, Input, InputNumber, Select } from "antd";
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { describe, kindOf, placeholderOf, type Schema } from "../../state/schema.ts";
import { valueAt, type SpecPath } from "../../state/spec-document.ts";

/** A place of the spec and how to change it. */
interface FieldProps {
  readonly schema: Schema;
  readonly spec: unknown;
  readonly path: SpecPath;
  readonly change: (path: SpecPath, value: unknown) => void;
}

/** Fields of an object, made from its schema: plain ones first, then its sections, each to be unfolded. */
export const SpecFields = ({ schema, spec, path, change }: FieldProps): ReactNode => {
  const entries = Object.entries(schema.properties ?? {});
  const isPart = ([, one]: readonly [string, Schema]): boolean => ["section", "list"].includes(kindOf(one));
  const isRequired = (key: string): number => (schema.required?.includes(key) === true ? 0 : 1);
  const plain = entries.filter((entry) => !isPart(entry) && kindOf(entry[1]) !== "fixed");
  return (
    <>
      {plain.length === 0 ? null : (
        <div className="spec-fields">
          {plain.map(([key, one]) => (
            <Leaf key={key} schema={one} spec={spec} path={[...path, key]} change={change} />
          ))}
        </div>
      )}
      {entries
        .filter(isPart)
        .toSorted(([a], [b]) => isRequired(a) - isRequired(b))
        .toSorted(([a], [b]) => isRequired(a) - isRequired(b))
        .map(([key, one]) =>
          kindOf(one) === "list" ? (
            <List key={key} schema={one} spec={spec} path={[...path, key]} change={change} />
          ) : (
            <Part key={key} schema={one} spec={spec} path={[...path, key]} change={change} />
          ),
        )}
    </>
  );
};

const Part = ({ schema, spec, path, change }: FieldProps): ReactNode => {
  const { i18n } = useTranslation();
  return (
    <details className="spec-part" open={valueAt(spec, path) !== undefined || undefined}>
      <summary>
        <strong>{String(path.at(-1))}</strong>
        <span className="muted">{describe(schema, i18n.language)}</span>
      </summary>
      <SpecFields schema={schema} spec={spec} path={path} change={change} />
    </details>
  );
};

const List = ({ schema, spec, path, change }: FieldProps): ReactNode => {
  const { t, i18n } = useTranslation();
  const found = valueAt(spec, path);
  const items: readonly unknown[] = Array.isArray(found) ? found : [];
  const name = String(path.at(-1));
  const example = schema.items?.properties ?? {};
  const fresh = Object.fromEntries(
    (schema.items?.required ?? []).map((key) => [key, example[key]?.examples?.[0] ?? ""]),
  );
  return (
    <details className="spec-part" open={items.length > 0 || undefined}>
      <summary>
        <strong>{name}</strong>
        <span className="muted">{describe(schema, i18n.language)}</span>
      </summary>
      {items.map((_item, index) => (
        // Items of a spec have no identity but their place.
        <fieldset key={index} className="spec-item">
          <legend>{t("clusters.item", { name, number: index + 1 })}</legend>
          <SpecFields schema={schema.items ?? {}} spec={spec} path={[...path, index]} change={change} />
          <Button size="small" danger onClick={() => change(path, items.toSpliced(index, 1))}>
            {t("clusters.removeItem", { name, number: index + 1 })}
          </Button>
        </fieldset>
      ))}
      <Button size="small" onClick={() => change([...path, items.length], fresh)}>
        {t("clusters.addItem", { name })}
      </Button>
    </details>
  );
};

const Leaf = (props: FieldProps): ReactNode => {
  const { i18n } = useTranslation();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{String(props.path.at(-1))}</label>
      <Control {...props} id={id} />
      <span className="hint" id={`${id}-hint`}>
        {describe(props.schema, i18n.language)}
      </span>
    </div>
  );
};

const Control = ({ schema, spec, path, change, id }: FieldProps & { readonly id: string }): ReactNode => {
  const { t } = useTranslation();
  const value = valueAt(spec, path);
  const plain = plainText(value);
  const set = (next: unknown): void => change(path, next === "" || next === null ? undefined : next);
  const placeholder = placeholderOf(schema);
  const choices = (list: readonly unknown[]): { value: string; label: string }[] =>
    list.map((one) => ({ value: String(one), label: String(one) }));
  switch (kindOf(schema)) {
    case "choice":
      return (
        <Select
          id={id}
          value={plain === "" ? undefined : plain}
          placeholder={placeholder}
          allowClear
          onChange={(next: string | undefined) => set(next ?? "")}
          options={choices(schema.enum ?? [])}
        />
      );
    case "switch":
      return (
        <Select
          id={id}
          value={plain === "" ? undefined : plain}
          placeholder={placeholder}
          allowClear
          onChange={(next: string | undefined) => set(next === undefined ? "" : next === "true")}
          options={[
            { value: "true", label: t("clusters.yes") },
            { value: "false", label: t("clusters.no") },
          ]}
        />
      );
    case "number":
      return (
        <InputNumber<number>
          id={id}
          value={typeof value === "number" ? value : null}
          placeholder={placeholder}
          {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
          {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
          onChange={set}
        />
      );
    case "words":
      return (
        <Select
          id={id}
          mode={schema.items?.enum === undefined ? "tags" : "multiple"}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(next: string[]) => set(next.length === 0 ? "" : next)}
          options={choices(schema.items?.enum ?? [])}
        />
      );
    case "text":
      return (
        <Input
          id={id}
          value={plain}
          placeholder={placeholder}
          spellCheck={false}
          onChange={(event) => set(event.target.value)}
        />
      );
    case "fixed":
    case "section":
    case "list":
    case "yaml":
      return (
        <Input
          id={id}
          disabled
          value={value === undefined ? "" : JSON.stringify(value)}
          placeholder={t("clusters.inYaml")}
        />
      );
  }
};

/** A value as it is typed; nothing for what is no plain value. */
const plainText = (value: unknown): string =>
  typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? `${value}`
      : "";

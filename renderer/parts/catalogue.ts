import { useQuery } from "@tanstack/react-query";
import type { WorkflowInfo } from "../../installer/contract/api/workflows.ts";
import type { Localized } from "../../installer/contract/text.ts";
import { query } from "../engine/engine.ts";
import { useSentence } from "./words.tsx";

type Names = ReadonlyMap<string, Localized>;

const none: readonly WorkflowInfo[] = [];
/** Made once for each answer of the engine: a timeline asks for thousands of names at a time. */
const made = new WeakMap<readonly WorkflowInfo[], { readonly workflows: Names; readonly phases: Names }>();

const namesOf = (catalogue: readonly WorkflowInfo[]): { workflows: Names; phases: Names } => {
  const known = made.get(catalogue);
  if (known !== undefined) return known;
  const names = {
    workflows: new Map(catalogue.map(({ id, title }) => [id, title])),
    phases: new Map(catalogue.flatMap(({ phases }) => phases.map(({ id, title }) => [id, title] as const))),
  };
  made.set(catalogue, names);
  return names;
};

/** Names of workflows and phases as people see them; their identifiers until these are loaded. */
export const useTitles = (): { workflow: (id: string) => string; phase: (id: string) => string } => {
  const sentence = useSentence();
  const { data } = useQuery(query.workflows.list.queryOptions({ staleTime: Infinity }));
  const { workflows, phases } = namesOf(data ?? none);
  const title = (names: Names, id: string): string => {
    const found = names.get(id);
    return found === undefined ? id : sentence(found);
  };
  return { workflow: (id) => title(workflows, id), phase: (id) => title(phases, id) };
};

import { useQuery } from "@tanstack/react-query";
import { query } from "../engine/engine.ts";
import { useSentence } from "./words.tsx";

/** Names of workflows and phases as people see them; their identifiers until these are loaded. */
export const useTitles = (): { workflow: (id: string) => string; phase: (id: string) => string } => {
  const sentence = useSentence();
  const { data = [] } = useQuery(query.workflows.list.queryOptions({ staleTime: Infinity }));
  return {
    workflow: (id) => {
      const found = data.find((one) => one.id === id);
      return found === undefined ? id : sentence(found.title);
    },
    phase: (id) => {
      const found = data.flatMap(({ phases }) => phases).find((one) => one.id === id);
      return found === undefined ? id : sentence(found.title);
    },
  };
};

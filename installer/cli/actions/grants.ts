import { Role, type Grants } from "../../contract/accounts.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { optionText, type Input } from "../command.ts";
import type { Session } from "../session.ts";

/** Roles as `--role` and `--cluster-role` name them; `otherwise` is the site's role when neither is given. */
export const grantsFrom = (input: Input, otherwise: Role | undefined): Grants => {
  const role = optionText(input, "role");
  const listed = optionText(input, "clusterRole");
  const clusters = Object.fromEntries((listed ?? "").split(",").filter(Boolean).map(clusterRole));
  const asked = role === undefined && listed === undefined ? otherwise : role;
  const site = asked === undefined || asked === "none" ? undefined : Role.parse(asked);
  return { ...(site === undefined ? {} : { site }), clusters };
};

const clusterRole = (part: string): readonly [string, Role] => {
  const [name = "", role] = part.split("=");
  const parsed = Role.safeParse(role);
  if (name === "" || !parsed.success) {
    throw SlipwayError.of("USAGE", { problem: `--cluster-role ${part} (NAME=${Role.options.join("|")})` });
  }
  return [name, parsed.data];
};

/** Roles in the words of the operator's language. */
export const grantsText = ({ site, clusters }: Grants, session: Session): string => {
  const single = Object.entries(clusters).map(([name, role]) => `${name}=${session.say(`role.${role}`)}`);
  const whole =
    site === undefined ? (single.length === 0 ? session.say("roleNone") : []) : session.say(`role.${site}`);
  return [whole, ...single].flat().join(", ");
};

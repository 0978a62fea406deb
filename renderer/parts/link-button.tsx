import { createLink, type LinkComponent } from "@tanstack/react-router";
import { Button } from "antd";

/** A link that looks like a button: it can be opened in another tab as every link can. */
export const LinkButton: LinkComponent<typeof Button> = createLink(Button);

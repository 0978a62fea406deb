import "./theme/base.css";
import "./theme/parts.css";
import "./theme/shell.css";
import { createRoot } from "react-dom/client";
import { Root } from "./app.tsx";
import { watchPage } from "./engine/engine.ts";
import { startWords } from "./i18n/start.ts";
import { startAppearance } from "./theme/appearance.ts";

startAppearance();
watchPage();
const place = document.querySelector("#root");
if (place === null) throw new Error("index.html has no #root");
const root = createRoot(place);
void startWords().then(() => root.render(<Root />));

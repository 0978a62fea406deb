/**
 * Where dialogs are put. Put into the body they would lock its scrolling with a style that carries no nonce, which the
 * policy of the pages refuses; the body of this page never scrolls.
 */
export const layer = (): HTMLElement => document.querySelector<HTMLElement>("#layer") ?? document.body;

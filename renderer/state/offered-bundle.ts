/** A bundle that somebody dropped on the window or chose in a menu: a file of this computer, or a path of the appliance. */
export type OfferedBundle = { readonly path: string } | { readonly file: File };

let offered: OfferedBundle | undefined;
const listeners = new Set<() => void>();

/** Puts a bundle before the page that imports, which may not be open yet. */
export const offerBundle = (bundle: OfferedBundle | undefined): void => {
  offered = bundle;
  for (const listener of listeners) listener();
};

/** What was offered last. */
export const offeredBundle = (): OfferedBundle | undefined => offered;

/** Calls back whenever another one is offered; gives a function that ends this. */
export const onOffered = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

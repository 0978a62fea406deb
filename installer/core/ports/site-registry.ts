import type { RegistryStatus } from "../../contract/api/registry.ts";

/**
 * The registry of the appliance: every image of every stored bundle under its upstream name, read only, over TLS. Content
 * that was served before stays served while new content is added.
 */
export interface SiteRegistry {
  /** Adds what the store has got since, and starts the registry when there is something to serve. Gives how it stands then. */
  refresh(): Promise<RegistryStatus>;
  /** Lets go of what the store has no longer; to be called after a bundle was removed or garbage collected. */
  rebuild(): Promise<RegistryStatus>;
  status(): Promise<RegistryStatus>;
  stop(): Promise<void>;
}

/**
 * Digest of the code that makes manifests, SBOMs and licences, part of every component's cache key. Written by
 * `npm run generate` from the files themselves, so that no change of them can be forgotten; a test compares.
 */
export const DESCRIBING_CODE = "b2acacc8e39d0e243c149c36028df3b6";

/** The same for the code that lays out the archives of image layers: what it covers costs minutes to pack again. */
export const LAYERING_CODE = "386dc27877491202144ff6d9816fee21";

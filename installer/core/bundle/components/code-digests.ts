/**
 * Digest of the code that makes manifests, SBOMs and licences, part of every component's cache key. Written by
 * `npm run generate` from the files themselves, so that no change of them can be forgotten; a test compares.
 */
export const DESCRIBING_CODE = "51e8ab676e25889ad070b4aae8754d00";

/** The same for the code that lays out the archives of image layers: what it covers costs minutes to pack again. */
export const LAYERING_CODE = "386dc27877491202144ff6d9816fee21";

/** The same for the code that makes the node OS, which takes minutes too. */
export const NODE_OS_CODE = "080bc3b94aa2250073f9e32277b3219e";

/** The same for the code that makes the installer of blank machines. */
export const INSTALLER_CODE = "24fdb657de3decac8971e73bb376c65a";

// Limits on everything that comes from outside, each with the reason for its number.

/** Paths become file names, cgroup names and DNS names; 255 bytes a name and 4,096 a path are what systems take. */
export const maxIdLength = 500
/** More instances of one app than any published cluster ran, and what one listing can still stream. */
export const maxInstances = 1_000_000
/** More instances of one app than this are likelier a slip than a wish: asked about, or refused without `force`. */
export const instancesWithoutAsking = 5000
/** Linux takes 128 KiB for one argument or environment entry, the final zero included. */
export const maxArgumentLength = 131_071
/** An argument list is at most a quarter of the stack: 2 MiB; 10,000 entries of usual length fill it. */
export const maxEnvEntries = 10_000
export const maxArgs = 10_000
/** Labels travel with every listing and event; this is room for a certificate. */
export const maxLabels = 1_000
export const maxLabelLength = 65_536
/** Marathon's own limit for a fetch address is 1,024. */
export const maxUriLength = 1024
/** Lists that people write by hand: one port range of an agent holds about a thousand ports. */
export const maxPorts = 1_000
export const maxListLength = 1_000
/** Linear-time matching is linear in pattern times text; short patterns keep both small. */
export const maxPatternLength = 1_000
/** Names of ports, volumes, networks, users. */
export const maxNameLength = 255
/** Seconds: about 31 years, far inside the integers that a double holds as milliseconds. */
export const maxSeconds = 1_000_000_000
/** MiB: an exbibyte; its KiB are still exact integers. */
export const maxMiB = 1_099_511_627_776
/** The largest machines have a few thousand CPUs. */
export const maxCpus = 100_000
export const maxGpus = 10_000
/** Groups in groups; a path of 500 characters can't be deeper in any useful way. */
export const maxGroupDepth = 32
/** Apps or groups in one file or request. */
export const maxAppsPerGroup = 100_000

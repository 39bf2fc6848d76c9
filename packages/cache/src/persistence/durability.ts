/**
 * What a resolved write promises of the own disk.
 *
 * - `none`: nothing; the cache lives in memory.
 * - `process`: the system has it: it outlives this process, however it ends.
 * - `everysec`: as `process`, and about a second later it is on the disk.
 * - `always`: it is on the disk: it outlives a loss of power.
 */
export type CacheDurability = 'none' | 'process' | 'everysec' | 'always';

/**
 * What an acknowledgement promises.
 *
 * - `process`: the system has the bytes: they outlive this process, however it ends.
 * - `everysec`: as `process`, and at most about a second later they are on the disk.
 * - `always`: they are on the disk: they outlive a loss of power.
 */
export type Durability = 'process' | 'everysec' | 'always';

export const DURABILITIES: readonly Durability[] = ['process', 'everysec', 'always'];

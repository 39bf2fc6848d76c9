/**
 * `control` frames are few, small and never dropped; `bulk` frames may be, sync repairs them. `repair` frames
 * are bulk that is late already: they wait behind what is said now, and hold up nobody who speaks.
 */
export type Priority = 'control' | 'bulk' | 'repair';

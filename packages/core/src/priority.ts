/** `control` frames are few, small and never dropped; `bulk` frames may be, sync repairs them. */
export type Priority = 'control' | 'bulk';

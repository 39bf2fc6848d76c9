import type { ScreenSize } from '@hearsay/terminal';

/** Below this the list of conversations goes, and below the next the members. */
const LEFT_FROM_COLUMNS = 100;
const RIGHT_FROM_COLUMNS = 76;
const WIDE_COLUMNS = 140;
/** Below this many rows the rule above the status goes, and the draft has one row. */
const ROOMY_ROWS = 12;
const NARROW_COLUMNS = 60;

/** Where things stand in a window of a certain size. */
export interface Layout extends ScreenSize {
  /** Columns of the list of conversations without its rule; 0: not shown. */
  readonly left: number;
  /** Columns of the messages. */
  readonly middle: number;
  /** Columns of the members without their rule; 0: not shown. */
  readonly right: number;
  /** Columns of nicks; 0: they stand before the text, as wide as they are. */
  readonly nickColumns: number;
  /** Times have no seconds. */
  readonly narrow: boolean;
  readonly hasRule: boolean;
  /** Rows of the draft at most. */
  readonly draftRows: number;
}

export function layoutOf({ columns, rows }: ScreenSize, draftRowsMax: number): Layout {
  const isWide = columns >= WIDE_COLUMNS;
  const left = columns < LEFT_FROM_COLUMNS ? 0 : isWide ? 18 : 11;
  const right = columns < RIGHT_FROM_COLUMNS ? 0 : isWide ? 28 : 21;
  const rules = (left > 0 ? 1 : 0) + (right > 0 ? 1 : 0);
  const isNarrow = columns < NARROW_COLUMNS;
  return {
    columns,
    rows,
    left,
    right,
    middle: columns - left - right - rules,
    nickColumns: isNarrow ? 0 : isWide ? 12 : 8,
    narrow: isNarrow,
    hasRule: rows >= ROOMY_ROWS,
    draftRows: rows >= ROOMY_ROWS ? Math.min(draftRowsMax, Math.floor(rows / 4)) : 1,
  };
}

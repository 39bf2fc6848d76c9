/** Every bound of a screen on what a terminal can send, or we to it. */

/** Frames painted in a second. More are not seen, and cost the terminal its time. */
export const framesPerSecondMax = 30;
/** Characters of one escape sequence; a longer one is thrown away. */
export const sequenceCharsMax = 64;
/** Characters of one paste, unless the caller says otherwise; a longer one is dropped and told. */
export const pasteCharsDefault = 32_768;
/** Columns and rows of a screen; a terminal that claims more is taken to have so many. */
export const screenColumnsMax = 1_000;
export const screenRowsMax = 500;

export { type ColourRequest, wantsAscii, wantsColour } from './environment.js';
export { KeyDecoder } from './keys/key-decoder.js';
export { type InputEvent, parseKey } from './keys/key-event.js';
export { type Keys, PASTE_OFF, PASTE_ON, PasteDecoder } from './keys/paste.js';
export type { Cursor } from './paint/differ.js';
export { type Frame, Painter, type PainterOptions, type PaintSurface } from './paint/painter.js';
export { openScreen, type Screen, type ScreenOptions, type ScreenSize } from './screen.js';
export type { TerminalStreams } from './session/terminal-session.js';
export { renderLine } from './style/render.js';
export {
  fitLine,
  justify,
  type Line,
  lineText,
  lineWidth,
  type Role,
  type Span,
  span,
  splitAtColumn,
  type Tint,
  tintOf,
  withRole,
} from './style/span.js';
export { THEME_NAMES, type Theme, type ThemeName, themeFor } from './style/theme.js';
export { graphemes, graphemeWidth, padEnd, padStart, truncate, width, wrap } from './text/width.js';

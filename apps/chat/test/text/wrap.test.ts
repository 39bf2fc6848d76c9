import { width, wrap } from '@hearsay/terminal';
import { expect, it } from 'vitest';
import { sanitiseLine } from '../../src/text/sanitise.js';
import { randomTexts } from '../support/random-text.js';

it('wrapping fits every row and loses nothing but spaces (seed wrap-1)', () => {
  for (const text of randomTexts('wrap-1', 1_500)) {
    const line = sanitiseLine(text);
    for (const columns of [2, 7, 20]) {
      const rows = wrap(line, columns);
      expect(Math.max(...rows.map(width))).toBeLessThanOrEqual(columns);
      expect(rows.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
    }
  }
});

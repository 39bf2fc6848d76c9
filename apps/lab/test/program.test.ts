import { expect, it } from 'vitest';
import { createProgram } from '../src/program.js';

it('offers the demo', () => {
  expect(createProgram().commands.map((command) => command.name())).toContain('demo');
});

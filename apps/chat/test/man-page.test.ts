import { expect, it } from 'vitest';
import { createProgram } from '../src/program.js';
import { manPage } from './support/man-page.js';

const page = manPage(createProgram(() => undefined));

/** After a change of options: `vitest run --project chat man-page --update` writes it anew. */
it('the man page says what --help says', async () => {
  await expect(page).toMatchFileSnapshot('../man/hearsay.1');
});

it('has every command, every option, and its examples', () => {
  const program = createProgram(() => undefined);
  const plain = page.replaceAll('\\-', '-');
  for (const command of [
    program,
    ...program.commands.flatMap((each) => [each, ...each.commands]),
  ]) {
    expect(plain).toContain(command.description().slice(1));
    for (const { flags, description } of command.options) {
      expect(plain).toContain(`.B ${flags}\n${description}`);
    }
  }
  expect(plain).toContain('tail -f build.log | hearsay ci --plain');
  expect(plain).toContain('Exit codes: 0 ok, 1 fault, 2 wrong use');
});

it('has no line that roff would take for a request of its own', () => {
  const requests = new Set(['.TH', '.SH', '.PP', '.TP', '.B', '.nf', '.fi']);
  for (const line of page.split('\n')) {
    if (/^[.']/.test(line)) expect(requests).toContain(line.split(' ')[0]);
  }
});

import { readFileSync } from 'node:fs';
import { repoPath } from './repo.mjs';

/**
 * What a TypeScript file imports, in any form: `import`, `export … from`, `import()`.
 * Statements start at the start of a line (the formatter sees to that), so text inside a doc comment
 * is not taken for one.
 * @param {string} file
 * @returns {string[]}
 */
export function importsOf(file) {
  const text = readFileSync(repoPath(file), 'utf8');
  const statement = /^(?:import|export)\b(?:[^'"();]*?\bfrom\s*|\s*)['"]([^'"]+)['"]/gm;
  const expression = /^(?!\s*(?:\*|\/\/)).*?\bimport\(\s*['"]([^'"]+)['"]/gm;
  return [...text.matchAll(statement), ...text.matchAll(expression)].map((found) => found[1] ?? '');
}

/**
 * The lines of a file with comments blanked, so that a line's number stays its number.
 * @param {string} file
 */
export function codeLinesOf(file) {
  return readFileSync(repoPath(file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .split('\n')
    .map((line) => line.replace(/(^|\s)\/\/.*$/, ''));
}

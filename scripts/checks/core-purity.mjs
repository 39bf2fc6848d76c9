import { readFileSync } from 'node:fs';
import { filesBelow, repoPath } from '../lib/repo.mjs';
import { codeLinesOf, importsOf } from '../lib/source.mjs';

const core = 'packages/core';

/** What would make two runs from one seed differ, or touch the world. */
const forbidden = [
  { pattern: /\bDate\s*(\.\s*now\b|\()|\bnew\s+Date\b/, why: 'reads a clock' },
  { pattern: /\bperformance\s*\./, why: 'reads a clock' },
  { pattern: /\bMath\s*\.\s*random\b|\bcrypto\s*\./, why: 'reads a random source' },
  {
    pattern: /\b(set|clear)(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/,
    why: 'starts a timer',
  },
  { pattern: /\b(process|globalThis)\s*\.|\brequire\s*\(/, why: 'reaches its host' },
  {
    pattern: /\.\s*(localeCompare|toLocale\w*)\s*\(|\bIntl\b/,
    why: "depends on its host's locale",
  },
];

/**
 * The core imports nothing but itself, and reads no clock, timer, random source or host. The linter
 * refuses the globals; this also sees members such as Math.random, and the manifest.
 */
export function checkCorePurity() {
  const files = filesBelow(`${core}/src`, (file) => file.endsWith('.ts'));
  return [...files.flatMap(foreignImports), ...files.flatMap(impureLines), ...manifestProblems()];
}

/** @param {string} file */
function foreignImports(file) {
  return importsOf(file)
    .filter((specifier) => !specifier.startsWith('.'))
    .map((specifier) => `${file} imports ${specifier}`);
}

/** @param {string} file */
function impureLines(file) {
  return codeLinesOf(file).flatMap((line, index) =>
    forbidden
      .filter(({ pattern }) => pattern.test(line))
      .map(({ why }) => `${file}:${index + 1} ${why}: ${line.trim()}`),
  );
}

function manifestProblems() {
  const { dependencies = {} } = JSON.parse(readFileSync(repoPath(core, 'package.json'), 'utf8'));
  return Object.keys(dependencies).map((name) => `${core}/package.json depends on ${name}`);
}

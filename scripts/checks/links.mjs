import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, repoPath } from '../lib/repo.mjs';

/** Every relative link in a document leads to a file, and every `#anchor` to a heading. Offline. */
export function checkLinks() {
  return filesBelow('.', (file) => file.endsWith('.md')).flatMap((file) =>
    linksOf(file).flatMap((link) => {
      const problem = problemOf(link, file);
      return problem === undefined ? [] : [`${file}: ${link} ${problem}`];
    }),
  );
}

/**
 * @param {string} link
 * @param {string} file
 */
function problemOf(link, file) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return undefined; // The web is not ours to check.
  const [target = '', anchor] = decodeURI(link).split('#');
  const linked = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
  if (linked.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(repoPath(linked))) return 'leads nowhere';
  if (anchor === undefined) return undefined;
  if (statSync(repoPath(linked)).isDirectory()) return 'has an anchor into a folder';
  // `#L10` points at a line of source.
  if (!linked.endsWith('.md')) return /^L\d+/.test(anchor) ? undefined : 'has an odd anchor';
  return anchorsOf(linked).has(anchor) ? undefined : 'names no heading';
}

/** @param {string} file */
function linksOf(file) {
  const text = proseOf(file).replace(/`[^`\n]*`/g, '');
  const forms = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm,
    /\b(?:href|src)="([^"]+)"/g,
  ];
  return forms.flatMap((form) => [...text.matchAll(form)].map((found) => found[1] ?? ''));
}

/**
 * The anchors that a heading gets where Markdown is shown: lower case, no punctuation, hyphens for
 * spaces, and a number where two headings are alike.
 * @param {string} file
 */
function anchorsOf(file) {
  const text = proseOf(file);
  /** @type {Map<string, number>} */
  const seen = new Map();
  const anchors = new Set([...text.matchAll(/\b(?:id|name)="([^"]+)"/g)].map((found) => found[1]));
  for (const [, heading = ''] of text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = slugOf(heading);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** @param {string} heading */
function slugOf(heading) {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replace(/ /g, '-');
}

/**
 * A document without its code blocks.
 * @param {string} file
 */
function proseOf(file) {
  const text = readFileSync(repoPath(file), 'utf8');
  return text.replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2[^\S\n]*$/gm, '');
}

/** @typedef {{ mutant: import('./catalogue.mjs').Mutant, killer: string | undefined }} Trial */

/**
 * The page of docs/ about a run over all mutants.
 * @param {readonly Trial[]} trials
 * @param {string} day of the run, as in 2026-11-23: lists and tests go on growing after it
 */
export function reportOf(trials, day) {
  const killed = trials.filter(({ killer }) => killer !== undefined).length;
  const areas = [...new Set(trials.map(({ mutant }) => mutant.area))];
  return `# Mistakes put in on purpose

This page is written by \`npm run mutants\`. Each line of the lists in
[packages/sim/mutants](../packages/sim/mutants) is a mistake of one line in the core. The command puts
them into a copy of the sources, one at a time, and runs the tests of the core and of the simulator
until the first fails. A mistake that no test finds is a hole in the tests: the command fails when
fewer than nine in ten are found.

**${killed} of ${trials.length} mistakes were found**, in a run of all on ${day}.
${areas.map((area) => sectionOf(area, trials)).join('')}`;
}

/**
 * @param {string} area
 * @param {readonly Trial[]} trials
 */
function sectionOf(area, trials) {
  const rows = trials
    .filter(({ mutant }) => mutant.area === area)
    .map(({ mutant, killer }) => {
      const verdict = killer === undefined ? '**survived**' : plain(killer);
      return `- \`${mutant.name}\`: ${plain(mutant.breaks)}.\n  ${verdict}`;
    });
  return `\n## ${title(area)}\n\n${rows.join('\n')}\n`;
}

/** @param {string} area */
function title(area) {
  return area.charAt(0).toUpperCase() + area.slice(1);
}

/** @param {string} text */
function plain(text) {
  return text.replaceAll(/[\\`*_<>|[\]]/g, '\\$&');
}

// Progress lines on stderr, only for what takes long enough to be wondered about. Standard output
// belongs to the program that is being started.

const worthTellingMs = 1_000;

/**
 * Runs a step, and tells about it when it takes longer than a second.
 * @template T
 * @param {string} title for example "setting up: installing packages"
 * @param {() => Promise<T>} step
 */
export async function withProgress(title, step) {
  const startedMs = performance.now();
  const notice = setTimeout(() => console.error(`${title} ...`), worthTellingMs);
  try {
    return await step();
  } finally {
    clearTimeout(notice);
    const tookMs = performance.now() - startedMs;
    if (tookMs >= worthTellingMs) console.error(`${title} ... ${formatSeconds(tookMs)}`);
  }
}

/** @param {number} ms */
export function formatSeconds(ms) {
  return ms < 9_950 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`;
}

/** Colours of a plot, for a light and a dark page; each state has a glyph and a word besides. */
export const PLOT_STYLE: string = `
svg{--back:#fff;--ink:#1c2430;--soft:#657082;--rule:#d5dae2;--alive:#cfead6;--suspect:#ffe2a0;--disputed:#ffc0a0;--dead:#e9a3a8;--left:#dfe3e8;--joining:#d6e4f7;--run:#2e9e55;--curve:#3467c0;font:12px system-ui,sans-serif;background:var(--back)}
@media(prefers-color-scheme:dark){svg{--back:#14181f;--ink:#e4e9f0;--soft:#98a4b5;--rule:#343c48;--alive:#1f4a2e;--suspect:#6b5212;--disputed:#74401f;--dead:#6d2730;--left:#39414c;--joining:#223c5f;--run:#4cc277;--curve:#7da8f0}}
text{fill:var(--ink)}.soft{fill:var(--soft)}.title{font-size:16px;font-weight:600}.back{fill:var(--back)}
.alive{fill:var(--alive)}.suspect{fill:var(--suspect)}.disputed{fill:var(--disputed)}.dead{fill:var(--dead)}.left{fill:var(--left)}.joining{fill:var(--joining)}.unseen{fill:none;stroke:var(--rule)}
.up{fill:var(--run)}.frozen{fill:none;stroke:var(--run);stroke-dasharray:2 2}.rule{stroke:var(--rule)}.mark{stroke:var(--soft);stroke-dasharray:3 3}.curve{fill:var(--curve);fill-opacity:.25;stroke:var(--curve)}
`.trim();

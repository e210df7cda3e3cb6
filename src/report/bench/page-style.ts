import { seriesColours } from './chart-style.ts'

const light = seriesColours.map(({ light }, index) => `--series-${index + 1}: ${light};`).join(' ')
const dark = seriesColours.map(({ dark }, index) => `--series-${index + 1}: ${dark};`).join(' ')

/** The style of the page: the system's fonts, light and dark, on a phone and on paper. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #fdfcfa; --card: #f5f3ee; --ink: #1f2328; --muted: #4d545d; --rule: #dcd8cf; --shade: #00000026;
  --link: #0b5394; --alert: #8f2d0c; --alert-card: #fbefe6;
  ${light}
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1d2125; --ink: #e8e6e1; --muted: #b3b8bf; --rule: #363c42; --shade: #ffffff2e;
    --link: #8ec4f5; --alert: #f7b48f; --alert-card: #2b211b;
    ${dark}
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
header, main, footer { max-width: 60rem; margin-inline: auto; padding-inline: 1.25rem; }
header { padding-top: 3rem; }
main > section { padding-block: 2.75rem; border-top: 1px solid var(--rule); }
footer { padding-bottom: 4rem; color: var(--muted); font-size: 0.875rem; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; margin: 0; }
h1 { font-size: 2rem; letter-spacing: -0.02em; }
h2 { font-size: 1.5rem; letter-spacing: -0.01em; scroll-margin-top: 1rem; }
h3 { font-size: 1rem; }
p { margin: 0.75rem 0 0; max-width: 42rem; }
a { color: var(--link); text-underline-offset: 0.15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: 0.875em; }
.muted { color: var(--muted); }
time { white-space: nowrap; }
.eyebrow { margin: 0 0 0.35rem; color: var(--muted); font-size: 0.875rem; }
.conclusion { font-size: 1.125rem; line-height: 1.5; }
nav { margin-block: 2.25rem 2.75rem; }
nav ol { margin: 0.75rem 0 0; padding: 0; list-style: none; }
nav li { padding-block: 0.7rem; border-top: 1px solid var(--rule); }
nav li:last-child { border-bottom: 1px solid var(--rule); }
nav li p { margin-top: 0.15rem; color: var(--muted); font-size: 0.9375rem; }
header + main { margin-top: 2.25rem; }
nav + section { border-top: 0; padding-top: 0; }
.warnings, .notes { margin: 1.5rem 0 0; padding: 0; list-style: none; max-width: 42rem; }
.warnings li {
  padding: 0.75rem 1rem; border-left: 3px solid var(--alert); background: var(--alert-card);
}
.warnings li + li { margin-top: 0.75rem; }
.warnings p { margin: 0.15rem 0 0; }
.warnings strong { color: var(--alert); }
.notes { color: var(--muted); }
.charts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
  gap: 2.5rem; margin-top: 2rem;
}
.chart { min-width: 0; max-width: 28rem; }
figure { margin: 0; }
/* Text stands on grid lines. */
figure svg text { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
figure svg { display: block; width: 100%; height: auto; margin-top: 0.75rem; overflow: visible; }
figcaption { margin-top: 0.75rem; color: var(--muted); font-size: 0.9375rem; }
details { margin-top: 1rem; }
summary { width: fit-content; color: var(--link); cursor: pointer; font-size: 0.9375rem; }
/* A shade at the edge as long as there is more to scroll to: what moves with the table covers it. */
.scroll {
  overflow-x: auto; margin-top: 0.5rem;
  background:
    linear-gradient(to right, transparent, var(--paper) 70%) right / 3rem 100% no-repeat local,
    linear-gradient(to right, transparent, var(--shade)) right / 1rem 100% no-repeat scroll;
}
.measured { margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; }
caption { padding-bottom: 0.5rem; text-align: left; font-weight: 600; }
th, td {
  padding: 0.4rem 0 0.4rem 1.25rem; border-bottom: 1px solid var(--rule);
  text-align: right; white-space: nowrap; vertical-align: baseline;
}
thead th { color: var(--muted); font-weight: 500; font-size: 0.875rem; }
th:first-child {
  position: sticky; left: 0; background: var(--paper);
  padding-left: 0; padding-right: 0.75rem; text-align: left; font-weight: 500;
  white-space: normal; overflow-wrap: break-word; min-width: 8.5rem;
}
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.4rem 1.25rem; margin: 1.25rem 0 0; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; }
section h3 { margin-top: 2rem; }
.chart h3 { margin-top: 0; }
pre {
  margin: 0.75rem 0 0; padding: 0.75rem 1rem; overflow: auto; background: var(--card);
  border-radius: 6px; line-height: 1.5; overflow-wrap: normal;
}
.raw { max-height: 28rem; }
.downloads { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; }
@media (max-width: 30rem) {
  header { padding-top: 2rem; }
  th, td { padding-left: 0.85rem; }
  h1 { font-size: 1.625rem; }
  h2 { font-size: 1.3125rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd + dt { margin-top: 0.6rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; }
  body { font-size: 10pt; }
  header, main, footer { max-width: none; padding-inline: 0; }
  nav, .raw-data { display: none; }
  main > section { padding-block: 1.5rem; }
  .chart, tr, .warnings li { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .scroll { overflow: visible; }
}
`

/** The style sheet of the report page: light and dark, wide and narrow. Its hash stands in the page's content policy. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #ffffff; --text: #16202c; --soft: #5d6b7c; --line: #dfe4ea; --grid: #eceff3;
  --accent: #2563c9; --other: #9a6b1a; --gain: #0b7f56; --loss: #c22f3d; --warn: #fdf3d7; --warn-line: #e7c867;
  --gain-1: #e3f4ec; --gain-2: #bfe6d3; --gain-3: #8fd3b3; --loss-1: #fbe6e7; --loss-2: #f5c5c9; --loss-3: #ec9aa1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1319; --card: #161d26; --text: #e4e9f0; --soft: #94a1b2; --line: #28323e; --grid: #202934;
    --accent: #6ba4ff; --other: #d6a75a; --gain: #3fc694; --loss: #ff7a84; --warn: #2c2611; --warn-line: #6b5a1e;
    --gain-1: #15302a; --gain-2: #1b4639; --gain-3: #22614c; --loss-1: #341f25; --loss-2: #4d272e; --loss-3: #6d323b;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1240px; margin: 0 auto; padding: 28px 20px 56px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 12px; }
p { margin: 0; }
.soft { color: var(--soft); }
.gain { color: var(--gain); }
.loss { color: var(--loss); }
header { display: flex; flex-wrap: wrap; gap: 16px 40px; justify-content: space-between; align-items: flex-end; margin-bottom: 20px; }
header div { min-width: 0; }
header div:first-child { flex: 1 1 420px; }
.net { font-size: 32px; font-weight: 650; line-height: 1.15; letter-spacing: -0.01em; white-space: nowrap; }
.net small { font-size: 18px; font-weight: 550; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px; margin-bottom: 16px; }
.sum { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: baseline; }
.sum b { font-size: 19px; font-weight: 600; }
.sum span { display: inline-flex; flex-direction: column; }
.sum em { font-style: normal; color: var(--soft); font-size: 20px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(216px, 1fr)); gap: 1px; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin: 0 0 16px; }
.facts div { box-shadow: 0 0 0 1px var(--line); padding: 12px 16px; min-width: 0; }
.facts dt { color: var(--soft); font-size: 13px; }
.facts dd { margin: 0; font-size: 18px; font-weight: 600; overflow-wrap: anywhere; }
.facts dd.none { font-size: 14px; font-weight: 500; color: var(--soft); padding: 2px 0; }
.facts p { color: var(--soft); font-size: 12.5px; line-height: 1.4; margin-top: 2px; }
.notices { background: var(--warn); border-color: var(--warn-line); }
.notices ul { margin: 0; padding-left: 18px; }
.bar { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; justify-content: space-between; margin-bottom: 10px; }
.bar h2 { margin: 0; }
.tools, .zoom { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
select, button { font: inherit; font-size: 14px; color: var(--text); background: var(--page); border: 1px solid var(--line);
  border-radius: 7px; padding: 5px 10px; min-height: 34px; max-width: 100%; }
button { cursor: pointer; }
button:disabled { opacity: 0.45; cursor: default; }
select:focus-visible, button:focus-visible, summary:focus-visible, canvas:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.readout { min-height: 42px; font-size: 13px; line-height: 1.6; color: var(--soft); }
.readout b { color: var(--text); font-weight: 600; }
.readout span { margin-right: 14px; white-space: nowrap; }
.readout i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 5px; }
.readout i.accent { background: var(--accent); } .readout i.other { background: var(--other); }
.readout i.loss { background: var(--loss); } .readout i.soft { background: var(--soft); }
canvas { display: block; width: 100%; cursor: crosshair; touch-action: pan-y; border-radius: 4px; }
canvas.tall { height: 440px; }
.hint { font-size: 12.5px; color: var(--soft); margin-top: 8px; }
.scroll { overflow-x: auto; -webkit-overflow-scrolling: touch; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: right; padding: 6px 10px; white-space: nowrap; border-bottom: 1px solid var(--grid); }
th { color: var(--soft); font-weight: 500; font-size: 13px; border-bottom-color: var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
tbody th { color: var(--text); font-size: 14px; border-bottom-color: var(--grid); max-width: 320px; overflow: hidden; text-overflow: ellipsis; }
tr:last-child > * { border-bottom: 0; }
table.list :is(th, td):nth-child(-n + 5), table.list :is(th, td):nth-last-child(-n + 2) { text-align: left; }
table.reasons tbody th { white-space: normal; max-width: none; }
table.months td, table.months th { padding: 7px 8px; }
.g1 { background: var(--gain-1); } .g2 { background: var(--gain-2); } .g3 { background: var(--gain-3); }
.l1 { background: var(--loss-1); } .l2 { background: var(--loss-2); } .l3 { background: var(--loss-3); }
details { margin-top: 14px; }
summary { cursor: pointer; color: var(--accent); font-size: 14px; padding: 4px 0; }
details > .scroll { max-height: 480px; overflow: auto; margin-top: 6px; }
details thead th { position: sticky; top: 0; background: var(--card); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px; }
.columns section { margin: 0; min-width: 0; }
.columns { margin-bottom: 16px; }
.pairs { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 20px; margin: 0; font-size: 14px; }
.pairs dt { color: var(--soft); }
.pairs dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { margin: 6px 0 0; max-height: 420px; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: 13px; text-align: center; padding-top: 8px; }
@media (max-width: 620px) {
  main { padding: 18px 12px 40px; }
  h1 { font-size: 20px; }
  .net { font-size: 27px; }
  section { padding: 14px; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .facts div { padding: 10px 12px; }
  .facts dd { font-size: 16px; }
  canvas.tall { height: 380px; }
  .pairs.long { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .pairs.long dd { margin-bottom: 8px; }
  .readout { min-height: 96px; font-size: 12.5px; }
}
@media print {
  body { background: #fff; } section { break-inside: avoid; } .tools, .hint { display: none; }
}
`

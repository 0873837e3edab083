/** Looks of the start page: the reader's own fonts, light or dark as the system is. */
export const startStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6b7c; --line: #dfe4ea; --card: #fff; --page: #f5f7f9;
  --accent: #0b6e75; --accent-ink: #fff; --bad: #b3261e; --good: #1d7f45; font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #97a5b6; --line: #2c3643; --card: #182029; --page: #10161d;
  --accent: #4cc3c9; --accent-ink: #06282a; --bad: #ff8a80; --good: #63d297; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; color: var(--ink); background: var(--page); }
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem 1rem; padding-top: 1.75rem; }
header svg { width: 2.4rem; height: 2.4rem; color: var(--accent); }
h1 { font-size: 1.6rem; margin: 0; letter-spacing: -.01em; }
header p { flex-basis: 100%; margin: 0; color: var(--soft); }
header nav { margin-left: auto; display: flex; gap: 1rem; align-items: center; font-size: .9rem; }
a { color: var(--accent); text-underline-offset: .2em; }
h2 { font-size: 1rem; margin: 0 0 .75rem; }
main { display: grid; gap: 1rem; grid-template-columns: repeat(12, minmax(0, 1fr)); padding-top: 1.25rem; }
.card { grid-column: 1 / -1; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem; }
@media (min-width: 50rem) { .half { grid-column: span 6; } .wide { grid-column: span 8; } .slim { grid-column: span 4; } }
small, .soft { color: var(--soft); font-size: .875rem; } .bad { color: var(--bad); } .good { color: var(--good); }
.card > p { margin: 0 0 .75rem; } .card > :last-child { margin-bottom: 0; }
.dot { display: inline-block; width: .6rem; height: .6rem; border-radius: 50%; background: var(--soft); margin-right: .35rem; }
.dot.good { background: var(--good); } .dot.bad { background: var(--bad); }
form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .5rem; }
label { display: grid; gap: .25rem; font-size: .875rem; flex: 1 1 18rem; }
input { font: inherit; padding: .5rem .7rem; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: .5rem; width: 100%; }
button { font: inherit; font-weight: 600; padding: .5rem 1rem; border: 0; border-radius: .5rem; background: var(--accent); color: var(--accent-ink); cursor: pointer; }
button:disabled { opacity: .5; cursor: default; } button.plain { background: none; color: var(--accent); padding: 0; font-weight: 400; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(max(7.5rem, 18%), 1fr)); gap: 1rem; margin: 0; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-size: 1.35rem; font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
svg.chart { display: block; width: 100%; height: 12.5rem; } svg.chart rect { fill: var(--accent); } .axis { display: flex; justify-content: space-between; }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .35rem .75rem; align-items: center; font-size: .9rem; margin: 0; }
.bars meter, progress { width: 100%; height: .7rem; accent-color: var(--accent); }
.bars .n { text-align: right; font-variant-numeric: tabular-nums; color: var(--soft); }
meter::-webkit-meter-bar { background: var(--page); border: 0; border-radius: .35rem; } meter::-webkit-meter-optimum-value { background: var(--accent); border-radius: .35rem; }
meter::-moz-meter-bar { background: var(--accent); }
ol { list-style: none; margin: 0; padding: 0; font-size: .875rem; max-height: 26rem; overflow: auto; }
li { display: grid; grid-template-columns: 5.5rem 7rem minmax(0, 14rem) minmax(0, 1fr); gap: .75rem; padding: .3rem 0; border-top: 1px solid var(--line); }
li:first-child { border-top: 0; } li > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
li b { font-weight: 600; } li code { color: var(--soft); font: .8rem/1.5 ui-monospace, monospace; }
@media (max-width: 45rem) { li { grid-template-columns: 5.5rem 1fr; } li code { grid-column: 1 / -1; } }
.links { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; margin: 0; }
footer { padding-bottom: 2.5rem; }
`;

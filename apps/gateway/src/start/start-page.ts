import type { Locale } from '@orderloom/contracts';
import { startScript } from './start-script.js';
import { startStyle } from './start-style.js';
import { startTexts } from './start-texts.js';

const mark =
  '<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" aria-hidden="true"><path d="M6 14h36M6 24h8m8 0h20M6 34h20m8 0h8"/><path d="M14 6v36M24 6v12m0 12v12M34 6v22" opacity=".45"/></svg>';

/**
 * The gateway's first page: the figures, the sample, an order to try, live events, where to go. It needs no framework and
 * no other host, and everything in it comes through the public interface.
 * @param nonce of the page's own style and script (Content Security Policy Level 3)
 */
export function startPage(locale: Locale, nonce: string): string {
  const t = startTexts[locale];
  const other = locale === 'en' ? 'zh-CN' : 'en';
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Orderloom</title>
<style nonce="${nonce}">${startStyle}</style>
</head>
<body>
<header>
${mark}<h1>Orderloom</h1>
<nav><span role="status"><span id="state" class="dot"></span><span id="stateText"></span></span><a href="/?lang=${other}" hreflang="${other}">${t.other}</a><button id="leave" class="plain" type="button" hidden>${t.leave}</button></nav>
<p>${t.lead}</p>
</header>
<main>
<section class="card" id="doorCard">
<h2>${t.enter}</h2>
<form id="door"><label>${t.token}<input id="token" type="password" autocomplete="off" autofocus></label><button>${t.use}</button></form>
<p><small>${t.tokenHelp}</small> <span id="refused" class="bad" role="alert"></span></p>
</section>
</main>
<main id="inside" hidden>
<section class="card"><h2>${t.figures}</h2>
<p id="unavailable" class="soft" hidden>${t.unavailable}</p>
<div id="empty" hidden><strong>${t.empty}</strong><br><small>${t.emptyHelp}</small></div>
<dl id="figures" hidden></dl>
</section>
<section class="card wide" id="charts" hidden><h2>${t.perMonth}</h2><div id="months"></div><div class="axis"><small id="firstMonth"></small><small id="lastMonth"></small></div></section>
<section class="card slim" id="categoriesCard" hidden><h2>${t.categories}</h2><div class="bars" id="categories"></div></section>
<section class="card half" id="sampleCard" hidden><h2>${t.sample}</h2>
<p><small>${t.sampleHelp}</small></p>
<p><button id="load" type="button">${t.load}</button> <span id="sampleState" role="status"></span></p>
<div class="bars" id="progress" aria-live="polite"></div>
</section>
<section class="card half"><h2>${t.place}</h2>
<p><small id="placeNote" role="status">${t.placeNeeds}</small></p>
<p><button id="place" type="button" disabled>${t.place}</button></p>
</section>
<section class="card"><h2>${t.live} <small id="liveState">${t.liveOff}</small></h2>
<p id="quiet" class="soft">${t.quiet}</p>
<ol id="events"></ol>
</section>
</main>
<main>
<section class="card"><h2>${t.links}</h2>
<p class="links"><a href="/api/docs">${t.api}</a><a href="/api/docs/openapi.json">${t.openapi}</a><a href="/health/ready">${t.health}</a><a href="/metrics">${t.metrics}</a></p>
</section>
</main>
<footer></footer>
<script nonce="${nonce}">
const t = ${JSON.stringify(t).replaceAll('<', '\\u003c')};
${startScript}</script>
</body>
</html>
`;
}

import type { Locale } from '@orderloom/contracts';

const texts = {
  en: {
    title: 'Orderloom',
    lead: 'Order processing in which no order gets stuck, no unit is sold twice and no cent is lost.',
    token: 'Token',
    tokenHelp: 'The admin token that the start screen shows. It stays in this tab.',
    use: 'Use it',
    figures: 'Figures',
    noOrders: 'There are no orders yet. Load the sample order book, or place an order as the tour in the README shows.',
    loadSample: 'Load the Northwind sample (830 orders)',
    live: 'Live events',
    noEvents: 'Nothing has happened since this page was opened.',
    links: 'Where to go',
    api: 'API documents',
    wrongToken: 'This token is not accepted.',
    orders: 'orders',
    lines: 'lines',
    customers: 'customers',
    gross: 'gross',
    net: 'net',
    notShipped: 'not shipped',
    shippedLate: 'shipped late',
  },
  'zh-CN': {
    title: 'Orderloom',
    lead: '订单不滞留，库存不超卖，金额分毫不差。',
    token: '令牌',
    tokenHelp: '启动界面显示的管理员令牌，只保存在此标签页中。',
    use: '使用',
    figures: '数据概览',
    noOrders: '还没有订单。可以载入示例订单，或按照 README 的引导下一个订单。',
    loadSample: '载入 Northwind 示例（830 个订单）',
    live: '实时事件',
    noEvents: '打开此页面后还没有新事件。',
    links: '入口',
    api: 'API 文档',
    wrongToken: '令牌无效。',
    orders: '订单',
    lines: '订单行',
    customers: '客户',
    gross: '总额',
    net: '净额',
    notShipped: '未发货',
    shippedLate: '延迟发货',
  },
} as const;

/** The gateway's first page: where things are, the figures, the sample, live events. No framework, no other host. */
export function startPage(locale: Locale, nonce: string): string {
  const t = texts[locale];
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t.title}</title>
<style nonce="${nonce}">
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { margin-bottom: 0; } h2 { margin-top: 2rem; font-size: 1.1rem; }
  input { width: 22rem; max-width: 100%; } input, button { font: inherit; padding: .3rem .6rem; }
  dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: 1rem; margin: 0; }
  dt { opacity: .7; font-size: .85rem; } dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
  ol { list-style: none; padding: 0; font: .85rem/1.6 ui-monospace, monospace; } .error { color: #c0392b; }
  progress { width: 100%; } a { margin-right: 1rem; }
</style>
</head>
<body>
<h1>${t.title}</h1>
<p>${t.lead}</p>
<form id="door"><label>${t.token} <input id="token" type="password" autocomplete="off"></label> <button>${t.use}</button>
<p><small>${t.tokenHelp}</small> <span id="refused" class="error" role="alert"></span></p></form>
<h2>${t.links}</h2>
<p><a href="/api/docs">${t.api}</a><a href="/api/docs/openapi.json">OpenAPI</a><a href="/health/ready">/health/ready</a><a href="/metrics">/metrics</a></p>
<section id="inside" hidden>
<h2>${t.figures}</h2>
<dl id="figures"></dl>
<p id="empty" hidden>${t.noOrders}</p>
<p><button id="load" type="button">${t.loadSample}</button></p>
<div id="progress" aria-live="polite"></div>
<h2>${t.live}</h2>
<p id="quiet">${t.noEvents}</p>
<ol id="events"></ol>
</section>
<script nonce="${nonce}">
const t = ${JSON.stringify(t)};
const at = (id) => document.getElementById(id);
const lang = document.documentElement.lang;
let token = sessionStorage.getItem('token') ?? '';
const call = (path, init = {}) =>
  fetch(path, { ...init, headers: { authorization: 'Bearer ' + token, 'accept-language': lang, ...init.headers } });
const money = ({ amount, currency }) => {
  const format = new Intl.NumberFormat(lang, { style: 'currency', currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
};
async function figures() {
  const response = await call('/api/analytics/summary');
  if (response.status === 401) { at('refused').textContent = t.wrongToken; return false; }
  at('refused').textContent = ''; at('inside').hidden = false;
  if (!response.ok) return true;
  const s = await response.json();
  at('empty').hidden = s.orders > 0;
  at('figures').replaceChildren(...['orders', 'lines', 'customers', 'gross', 'net', 'notShipped', 'shippedLate'].map((name) => {
    const box = document.createElement('div'), dt = document.createElement('dt'), dd = document.createElement('dd');
    dt.textContent = t[name]; dd.textContent = typeof s[name] === 'object' ? money(s[name]) : s[name].toLocaleString(lang);
    box.append(dt, dd); return box;
  }));
  return true;
}
async function watchSample() {
  for (;;) {
    const s = await (await call('/api/sample')).json();
    if (s.status === 'none') return;
    at('progress').replaceChildren(...s.steps.map((step) => {
      const p = document.createElement('p'); const done = step.accepted + step.rejected;
      p.textContent = step.kind + ': ' + step.status + ' ' + done.toLocaleString(lang) +
        (step.rejected ? ' (−' + step.rejected + ')' : '') + (step.rowsPerSecond ? ' · ' + Math.round(step.rowsPerSecond) + '/s' : '');
      return p;
    }), ...(s.error ? [Object.assign(document.createElement('p'), { className: 'error', textContent: s.error })] : []));
    await figures();
    if (s.status !== 'running') return;
    await new Promise((r) => setTimeout(r, 700));
  }
}
async function live() {
  let last = '';
  for (;;) {
    try {
      const response = await call('/api/events', last ? { headers: { 'last-event-id': last } } : {});
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const parts = (rest + value).split('\\n\\n'); rest = parts.pop();
        for (const part of parts) {
          const id = /^id: (.*)$/m.exec(part); if (id) last = id[1];
          const data = /^data: (.*)$/m.exec(part); if (data) show(JSON.parse(data[1]));
        }
      }
    } catch { /* the connection was cut; the next one goes on where this one ended */ }
    await new Promise((r) => setTimeout(r, 1000));
  }
}
let stale;
function show(event) {
  at('quiet').hidden = true;
  const li = document.createElement('li');
  li.textContent = new Date(event.time).toLocaleTimeString(lang) + '  ' + event.type.split('.').at(-2) + '  ' + event.subject;
  at('events').prepend(li);
  while (at('events').childElementCount > 30) at('events').lastElementChild.remove();
  clearTimeout(stale); stale = setTimeout(figures, 500);
}
async function enter() { if (token && await figures()) { watchSample(); live(); } }
at('door').addEventListener('submit', (e) => { e.preventDefault(); token = at('token').value.trim(); sessionStorage.setItem('token', token); enter(); });
at('load').addEventListener('click', async () => { await call('/api/sample', { method: 'POST' }); watchSample(); });
enter();
</script>
</body>
</html>
`;
}

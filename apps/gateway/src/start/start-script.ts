/** What the start page does. Reads its texts from `t`, which stands before it. No framework, no other host. */
export const startScript = String.raw`
const at = (id) => document.getElementById(id);
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};
const lang = document.documentElement.lang;
const number = (n) => n.toLocaleString(lang);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const money = (amount, currency, more = {}) => {
  const format = new Intl.NumberFormat(lang, { style: 'currency', currency, ...more });
  const digits = new Intl.NumberFormat(lang, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  return format.format(amount / 10 ** digits);
};
const brief = { notation: 'compact', maximumFractionDigits: 1 };

let token = sessionStorage.getItem('token') ?? '';
let entered = 0;
const call = (path, init = {}) =>
  fetch(path, { ...init, headers: { authorization: 'Bearer ' + token, 'accept-language': lang, ...init.headers } });
const sentence = async (response) => {
  const problem = await response.json().catch(() => ({}));
  return [problem.detail, ...(problem.fields ?? []).map((f) => f.path + ': ' + f.detail)].filter(Boolean).join(' ') || String(response.status);
};

async function health() {
  let up = false;
  try { up = (await fetch('/health/ready')).ok; } catch { /* shown as not ready */ }
  at('state').className = 'dot ' + (up ? 'good' : 'bad');
  at('stateText').textContent = up ? t.ready : t.notReady;
}

/** Figures and charts. Answers whether the token was accepted. */
async function figures() {
  let response;
  try { response = await call('/api/analytics/summary'); } catch { return true; }
  if (response.status === 401) return false;
  at('unavailable').hidden = response.ok;
  if (!response.ok) return true;
  const s = await response.json();
  at('empty').hidden = s.orders > 0;
  at('figures').hidden = s.orders === 0;
  at('charts').hidden = s.orders === 0;
  at('categoriesCard').hidden = s.orders === 0;
  at('figures').replaceChildren(...['orders', 'lines', 'customers', 'gross', 'net', 'openOrders', 'notShipped', 'shippedLate'].map((name) => {
    const box = make('div');
    const value = make('dd', typeof s[name] === 'object' ? money(s[name].amount, s[name].currency, brief) : number(s[name]));
    if (typeof s[name] === 'object') value.title = money(s[name].amount, s[name].currency);
    box.append(make('dt', t[name]), value);
    return box;
  }));
  months(s);
  const most = Math.max(1, ...s.categories.map((c) => c.net));
  at('categories').replaceChildren(...s.categories.slice(0, 8).flatMap((c) => {
    const meter = make('meter');
    meter.max = most; meter.value = Math.max(0, c.net);
    meter.setAttribute('aria-label', c.key || t.noCategory);
    return [make('span', c.key || t.noCategory), meter, make('span', money(c.net, s.currency, brief), 'n')];
  }));
  return true;
}

function months(s) {
  const sums = new Map();
  for (const day of s.days) sums.set(day.key.slice(0, 7), (sums.get(day.key.slice(0, 7)) ?? 0) + day.net);
  const all = [...sums].sort(([a], [b]) => a.localeCompare(b)).slice(-36);
  const top = Math.max(1, ...all.map(([, net]) => net));
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'chart'); svg.setAttribute('role', 'img'); svg.setAttribute('aria-label', t.perMonth);
  svg.setAttribute('viewBox', '0 0 ' + Math.max(12, all.length) * 10 + ' 100'); svg.setAttribute('preserveAspectRatio', 'none');
  for (const [index, [month, net]] of all.entries()) {
    const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    const height = Math.max(1, (net / top) * 98);
    for (const [name, value] of Object.entries({ x: index * 10 + 1.5, y: 100 - height, width: 7, height, rx: 1 })) bar.setAttribute(name, value);
    const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    title.textContent = month + ': ' + money(net, s.currency);
    bar.append(title); svg.append(bar);
  }
  at('months').replaceChildren(svg);
  at('firstMonth').textContent = all.at(0)?.[0] ?? '';
  at('lastMonth').textContent = all.length > 1 ? all.at(-1)[0] : '';
}

let watching = false;
async function watchSample() {
  if (watching) return;
  watching = true;
  try {
    for (;;) {
      const response = await call('/api/sample');
      at('sampleCard').hidden = response.status === 404;
      if (!response.ok) return;
      const s = await response.json();
      at('load').disabled = s.status === 'running';
      at('progress').replaceChildren(...s.steps.flatMap((step) => {
        const bar = make('progress');
        const done = step.accepted + step.rejected;
        // How many rows a file has is known when it was read to its end; until then the bar only moves.
        if (step.status !== 'running') { bar.max = 1; bar.value = step.status === 'completed' ? 1 : 0; }
        else if (step.etaSeconds !== undefined && step.rowsPerSecond) { bar.max = done + step.etaSeconds * step.rowsPerSecond || 1; bar.value = done; }
        const text = number(done) + (step.rejected ? ' (' + number(step.rejected) + ' ' + t.rejected + ')' : '')
          + (step.rowsPerSecond ? ' · ' + number(Math.round(step.rowsPerSecond)) + t.perSecond : '');
        return [make('span', t.kinds[step.kind] ?? step.kind), bar, make('span', text, 'n')];
      }));
      at('sampleState').textContent = s.status === 'completed' ? t.loaded : s.error ? t.failed + ': ' + s.error : '';
      at('sampleState').className = s.error ? 'bad' : 'good';
      if (s.status !== 'none') await figures();
      await product();
      if (s.status !== 'running') return;
      await wait(700);
    }
  } catch { /* the connection was cut; the next click looks again */ } finally { watching = false; }
}

let offered;
async function product() {
  try {
    const response = await call('/api/products?limit=200');
    const { items } = response.ok ? await response.json() : { items: [] };
    offered = items.filter((item) => item.unitPrice && !item.discontinued);
  } catch { offered = []; }
  at('place').disabled = offered.length === 0;
  at('placeNote').textContent = offered.length > 0 ? t.placeHelp : t.placeNeeds;
}
async function place() {
  const item = offered[Math.floor(Math.random() * offered.length)];
  at('place').disabled = true;
  try {
    const response = await call('/api/orders', { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }, body: JSON.stringify({
      channel: 'start-page', locale: lang, currency: item.unitPrice.currency, paymentTerms: 'invoice',
      customer: { name: 'Start page', email: 'visitor@example.org' }, lines: [{ sku: item.sku, quantity: 1 }],
      shipTo: { name: 'Start page', street: '1 Example Street', city: 'Berlin', postalCode: '10115', country: 'DE' },
    }) });
    at('placeNote').className = response.ok ? 'good' : 'bad';
    at('placeNote').textContent = response.ok ? t.placed + ': ' + (await response.json()).number + ' · ' + item.name : await sentence(response);
  } catch { /* not reached: the state above says so */ }
  at('place').disabled = false;
}

async function live(turn) {
  let last = '';
  while (turn === entered) {
    try {
      const response = await call('/api/events', last ? { headers: { 'last-event-id': last } } : {});
      if (!response.ok) throw new Error();
      at('liveState').textContent = t.liveOn;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ; ) {
        const { done, value } = await reader.read();
        if (done || turn !== entered) break;
        const parts = (rest + value).split('\n\n');
        rest = parts.pop();
        for (const part of parts) {
          last = /^id: (.*)$/m.exec(part)?.[1] ?? last;
          const data = /^data: (.*)$/m.exec(part)?.[1];
          if (data) show(JSON.parse(data));
        }
      }
    } catch { /* cut off; the next connection goes on where this one ended */ }
    if (turn !== entered) return;
    at('liveState').textContent = t.liveOff;
    await wait(1000);
  }
}
let stale;
function show(event) {
  at('quiet').hidden = true;
  const item = make('li');
  item.append(make('time', new Date(event.time).toLocaleTimeString(lang), 'soft'), make('span', event.source, 'soft'),
    make('b', event.type.split('.').at(-2)), make('code', event.subject));
  at('events').prepend(item);
  while (at('events').childElementCount > 100) at('events').lastElementChild.remove();
  stale ??= setTimeout(() => { stale = undefined; void figures(); }, 1500);
}

async function enter() {
  if (!token) return;
  const accepted = await figures();
  at('refused').textContent = accepted ? '' : t.wrongToken;
  at('doorCard').hidden = accepted; at('inside').hidden = !accepted; at('leave').hidden = !accepted;
  if (!accepted) { sessionStorage.removeItem('token'); return; }
  sessionStorage.setItem('token', token);
  entered += 1;
  void live(entered); void watchSample(); void product();
}
at('door').addEventListener('submit', (event) => { event.preventDefault(); token = at('token').value.trim(); void enter(); });
at('leave').addEventListener('click', () => { sessionStorage.removeItem('token'); location.reload(); });
at('load').addEventListener('click', async () => { at('load').disabled = true; await call('/api/sample', { method: 'POST' }); void watchSample(); });
at('place').addEventListener('click', place);
// A link from the terminal may carry the token behind the #, which browsers send to nobody.
if (location.hash.startsWith('#token=')) { token = decodeURIComponent(location.hash.slice(7)); history.replaceState(null, '', location.pathname + location.search); }
void health(); setInterval(health, 10000); void enter();
`;

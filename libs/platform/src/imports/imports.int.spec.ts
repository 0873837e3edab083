import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { eventually, startTestEngines, type TestEngines } from '@orderloom/testing';
import iconv from 'iconv-lite';
import { createLogger, defineService, defineSettings, type RunningService, startService } from '../index.js';
import { column } from './columns.js';
import { defineImport, type ImportContext, type ImportItem, type ItemOutcome } from './define.js';
import { importsModule } from './module.js';

interface Answer {
  id: string;
  code: string;
  status: string;
  [name: string]: unknown;
}

const TOKEN = 'test-token-0123456789';
const KEY = Buffer.alloc(32, 7).toString('base64');

/** Remembers effects by the item's own key, as a real handler's streams do: a repeat changes nothing. */
class Ledger {
  readonly effects = new Map<string, unknown>();
  calls = 0;
  before: (items: readonly { key: string }[]) => Promise<void> = async () => {};
  contexts: ImportContext[] = [];
  apply = async (
    items: ImportItem<{ sku: string; quantity: number; price?: number; orderNo?: string }>[],
    context: ImportContext,
  ): Promise<ItemOutcome[]> => {
    this.calls += 1;
    this.contexts.push(context);
    await this.before(items);
    return items.map((item) => {
      if (item.rows.some(({ values }) => values.sku === 'UNKNOWN')) {
        const row = item.rows.find(({ values }) => values.sku === 'UNKNOWN')?.row;
        return { accepted: false, code: 'UNKNOWN_SKU', details: { sku: 'UNKNOWN' }, ...(row ? { row } : {}) };
      }
      this.effects.set(
        `${context.kind}/${item.key}`,
        item.rows.map(({ values }) => ({ ...values })),
      );
      return { accepted: true };
    });
  };
}

const columns = {
  sku: column.text({ required: true, synonyms: ['article', '商品编号'] }),
  quantity: column.integer({ required: true, synonyms: ['qty', '数量'] }),
  price: column.money({ synonyms: ['unit_price', '单价'] }),
  currency: column.text({}),
};

describe('CSV imports', () => {
  let engines: TestEngines;
  let data: string;
  let service: RunningService;
  const ledger = new Ledger();
  let batchSize = 3;

  const start = async (): Promise<RunningService> => {
    const products = defineImport({ kind: 'products', columns, batchSize, handleBatch: ledger.apply });
    const orders = defineImport({
      kind: 'orders',
      columns: { orderNo: column.text({ required: true, synonyms: ['order_no'] }), ...columns },
      groupBy: 'orderNo',
      batchSize,
      handleBatch: ledger.apply,
    });
    @Module({ imports: [importsModule([products, orders])] })
    class TestModule {}
    return startService(
      defineService({ name: 'importtest', settings: defineSettings('importtest', {}), module: () => TestModule }),
      { ...engines.env, ORDERLOOM_ADMIN_TOKEN: TOKEN, ORDERLOOM_MASTER_KEY: KEY, ORDERLOOM_DATA: data },
      { logger: createLogger('importtest', 'silent') },
    );
  };

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'orderloom-imports-'));
    const documents = await startTestEngines(['documentStore']);
    // The event store and the broker are not reached by a service that only imports.
    engines = {
      ...documents,
      env: { ...documents.env, EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false', KAFKA_BROKERS: '127.0.0.1:1' },
    };
    service = await start();
  });
  afterAll(async () => {
    await service?.close();
    await engines?.close();
    await rm(data, { recursive: true, force: true });
  });
  beforeEach(() => {
    ledger.effects.clear();
    ledger.calls = 0;
    ledger.contexts = [];
    ledger.before = async () => {};
  });

  const api = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(`${service.url}/api/imports${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv', ...init.headers },
    });
  const upload = async (
    query: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => {
    const response = await api(`?${query}`, { method: 'POST', body, headers });
    return { status: response.status, body: (await response.json()) as Answer };
  };
  const finished = async (id: string) => {
    let job: Answer | undefined;
    await eventually(
      async () => {
        job = (await (await api(`/${id}`)).json()) as Answer;
        return job.status === 'completed' || job.status === 'failed';
      },
      { deadlineMs: 20_000, message: 'the import to end' },
    );
    return job;
  };
  const rejections = async (id: string, locale = 'en') =>
    (await api(`/${id}/rejections`, { headers: { 'accept-language': locale } })).text();

  it('imports rows, rejects broken ones with a reason in the reader’s language, and goes on', async () => {
    const csv = [
      'SKU;Qty;Unit Price',
      'A-1;5;9.8',
      'A-2;x;1',
      ';1;1.001',
      '"A\n4";4;"1,250.00"',
      'A-5;1;2;surplus',
      'UNKNOWN;1;1',
      'A-7;7;',
    ].join('\r\n');
    const { status, body } = await upload('kind=products&currency=USD', `\ufeff${csv}\r\n`);
    expect(status).toBe(202);
    expect(body.id).toMatch(/^products-/);
    expect(await finished(body.id)).toMatchObject({ status: 'completed', rows: 7, accepted: 3, rejected: 4 });
    expect([...ledger.effects.values()]).toEqual([
      [{ sku: 'A-1', quantity: 5, price: 980 }],
      [{ sku: 'A\n4', quantity: 4, price: 125000 }],
      [{ sku: 'A-7', quantity: 7 }],
    ]);
    expect((await rejections(body.id)).split('\r\n')).toEqual([
      'row,code,reason,SKU,Qty,Unit Price',
      '3,CSV_INTEGER_INVALID,"quantity: ""x"" is not a whole number.",A-2,x,1',
      '4,CSV_VALUE_MISSING CSV_MONEY_TOO_PRECISE,"sku is empty. price: ""1.001"" has more decimals than USD allows.",,1,1.001',
      '6,CSV_COLUMN_COUNT,"The row has 4 columns, the header has 3.",A-5,1,2,surplus',
      '7,UNKNOWN_SKU,There is no product UNKNOWN.,UNKNOWN,1,1',
      '',
    ]);
    expect(await rejections(body.id, 'zh')).toContain('没有商品 UNKNOWN。');
    expect(await readdir(join(data, 'imports'))).toEqual([]);
  });

  it('reads GB18030, tabs and a mapping, and joins rows of a group that are apart', async () => {
    const text = [
      '单号\t商品编号\t数量\t单价',
      'B\t茶\t2\t10',
      'A\t米\t1\t3.5',
      'B\t面\t4\t1',
      'C\t错\tx\t1',
      'C\t好\t1\t1',
    ];
    const { body } = await upload(
      `kind=orders&currency=CNY&mode=history&createMissing=products&mapping=${encodeURIComponent('{"单号":"orderNo"}')}`,
      new Uint8Array(iconv.encode(text.join('\n'), 'gb18030')),
      { 'x-orderloom-actor': 'li' },
    );
    expect(await finished(body.id)).toMatchObject({ status: 'completed', rows: 5, accepted: 3, rejected: 2 });
    expect([...ledger.effects.entries()]).toEqual([
      ['orders/A', [{ orderNo: 'A', sku: '米', quantity: 1, price: 350 }]],
      [
        'orders/B',
        [
          { orderNo: 'B', sku: '茶', quantity: 2, price: 1000 },
          { orderNo: 'B', sku: '面', quantity: 4, price: 100 },
        ],
      ],
    ]);
    expect(ledger.contexts[0]).toMatchObject({
      mode: 'history',
      createMissing: ['products'],
      actor: 'li',
      importId: body.id,
    });
    const rejected = await rejections(body.id);
    expect(rejected).toContain('5,CSV_INTEGER_INVALID');
    expect(rejected).toContain('6,CSV_GROUP_REJECTED');
  });

  it.each([
    ['an unknown kind', 'kind=things', 'a\n1', 422, 'IMPORT_KIND_UNKNOWN'],
    ['no kind', '', 'a\n1', 422, 'VALIDATION_FAILED'],
    ['a missing column', 'kind=products&currency=USD', 'sku,price\nA,1', 422, 'CSV_COLUMNS_MISSING'],
    [
      'two columns that could be meant',
      'kind=products&currency=USD',
      'sku,qty,qty\nA,1,1',
      422,
      'CSV_COLUMN_AMBIGUOUS',
    ],
    ['an empty file', 'kind=products', 'sku,qty\n', 422, 'IMPORT_EMPTY'],
    ['a bad mapping', 'kind=products&mapping=%5B1%5D', 'sku,qty\nA,1', 422, 'IMPORT_MAPPING_INVALID'],
    ['amounts without a currency', 'kind=products', 'sku,qty,price\nA,1,2', 422, 'VALIDATION_FAILED'],
  ])('refuses %s at once', async (_, query, csv, status, code) => {
    const answer = await upload(query, csv);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await readdir(join(data, 'imports'))).toEqual([]);
  });

  it('refuses a JSON body and an unknown id', async () => {
    const json = await upload('kind=products', '{}', { 'content-type': 'application/json' });
    expect([json.status, json.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect((await api('/orders-nothing')).status).toBe(404);
  });

  it('answers a repeat with the same Idempotency-Key with the first job', async () => {
    const headers = { 'idempotency-key': 'same' };
    const first = await upload('kind=products', 'sku,qty\nA,1', headers);
    const second = await upload('kind=products', 'sku,qty\nA,1', headers);
    expect(second.body.id).toBe(first.body.id);
    await finished(first.body.id);
    expect(ledger.calls).toBe(1);
  });

  it('rejects only the item whose handling throws, and stops when nothing can be handled', async () => {
    ledger.before = async (items) => {
      if (items.some(({ key }) => key === '3')) throw new Error('cannot');
    };
    const one = await upload('kind=products', 'sku,qty\nA,1\nB,1\nC,1\nD,1');
    expect(await finished(one.body.id)).toMatchObject({ status: 'completed', accepted: 3, rejected: 1 });
    ledger.before = async () => {
      throw new Error('nothing works');
    };
    const all = await upload('kind=products', 'sku,qty\nA,1\nB,1');
    expect(await finished(all.body.id)).toMatchObject({ status: 'failed', error: { code: 'IMPORT_FAILED' } });
    ledger.before = async () => {};
    await api(`/${all.body.id}/retry`, { method: 'POST' });
    expect(await finished(all.body.id)).toMatchObject({ status: 'completed', accepted: 2, rejected: 0 });
  });

  it('waits out an outage without rejecting a row', async () => {
    let failures = 2;
    ledger.before = async () => {
      if (failures-- > 0) throw Object.assign(new Error('away'), { name: 'MongoNetworkError' });
    };
    const { body } = await upload('kind=products', 'sku,qty\nA,1\nB,1');
    expect(await finished(body.id)).toMatchObject({ status: 'completed', accepted: 2, rejected: 0 });
  });

  it('goes on after a stop in the middle: nothing twice, nothing missing', async () => {
    let reached: () => void = () => {};
    const inTheMiddle = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    ledger.before = async () => {
      if (ledger.calls !== 4) return;
      reached();
      await held;
    };
    const rows = Array.from({ length: 40 }, (_, i) => `O${Math.floor(i / 2)},S${i},${i + 1}`);
    const { body } = await upload('kind=orders', `order_no,sku,qty\n${rows.join('\n')}\n`);
    await inTheMiddle;
    const closing = service.close();
    letGo();
    await closing;
    ledger.before = async () => {};
    batchSize = 5;
    service = await start();
    expect(await finished(body.id)).toMatchObject({ status: 'completed', rows: 40, accepted: 40, rejected: 0 });
    expect(ledger.effects.size).toBe(20);
  });

  it('reads a file without making anything of it, on a dry run', async () => {
    const csv = 'order_no,sku,qty\n1,A,2\n2,B,none\n3,C,1\n';
    const { body } = await upload('kind=orders&dryRun=true', csv, { 'idempotency-key': 'tried' });
    expect(await finished(body.id)).toMatchObject({ dryRun: true, rows: 3, accepted: 2, rejected: 1 });
    expect(ledger.calls).toBe(0);
    expect(await (await api(`/${body.id}/rejections`)).text()).toContain('none');
    // The same key, in earnest.
    const real = await upload('kind=orders', csv, { 'idempotency-key': 'tried' });
    expect(await finished(real.body.id)).toMatchObject({ accepted: 2, rejected: 1 });
    expect([...ledger.effects.keys()].sort()).toEqual(['orders/1', 'orders/3']);
  });
});

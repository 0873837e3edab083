import { type NoticeFacts, noticeKinds, render } from './templates.js';

const facts: NoticeFacts = {
  number: 'A-1',
  name: 'Vins et alcools',
  currency: 'USD',
  total: 123456,
  lines: [{ name: 'Chai', quantity: 2 }],
  carrier: 'Speedy Express',
  trackingNumber: 'T1',
};

describe('notices', () => {
  it.each(noticeKinds)('%s is worded in both languages and names the order', (kind) => {
    const en = render(kind, 'en', facts);
    const zh = render(kind, 'zh-CN', facts);
    expect(en.subject).toContain('A-1');
    expect(zh.subject).toContain('A-1');
    expect(zh.subject).toMatch(/[\u4e00-\u9fff]/);
    expect(en.text + en.subject).not.toMatch(/[\u4e00-\u9fff]|undefined/);
    expect(zh.text).not.toContain('undefined');
  });

  it('asks with a link for each answer', () => {
    const question = { code: 'DUPLICATE', answers: ['KEEP_BOTH', 'OTHER'], message: 'Tell us.', url: 'https://x/t' };
    for (const locale of ['en', 'zh-CN'] as const) {
      const { text } = render('question', locale, { ...facts, question });
      expect(text).toContain('Tell us.');
      expect(text).toContain('https://x/t?answer=KEEP_BOTH');
      expect(text).toContain('OTHER: https://x/t?answer=OTHER');
      expect(text).not.toContain('undefined');
    }
  });

  it('shows amounts in the currency’s own decimals', () => {
    expect(render('confirmed', 'en', facts).text).toContain('$1,234.56');
    expect(render('confirmed', 'en', { ...facts, currency: 'JPY', total: 1200 }).text).toContain('¥1,200');
  });

  it('lets nobody smuggle a header into the subject', () => {
    expect(render('confirmed', 'en', { ...facts, number: 'A\r\nBcc: x@example.org' }).subject).not.toMatch(/[\r\n]/);
  });

  it('greets those whose name is not known', () => {
    const { name: _, ...nameless } = facts;
    expect(render('shipped', 'en', nameless).text).toMatch(/^Hello,/);
  });
});

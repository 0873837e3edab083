import type { Locale } from '@orderloom/contracts';

/** What the page shows. */
export interface ShownQuestion {
  number: string;
  question: string;
  message: string | null;
  answers: readonly string[];
  answer: string | null;
}

type Texts = Readonly<Record<string, string>>;

const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    title: 'Your order {number}',
    DUPLICATE: 'We received two orders from you that look alike. Did you mean to place both?',
    ADDRESS: 'We are not sure about the delivery address of your order. Is it right?',
    CONFIRM_ORDER: 'Please confirm your order.',
    KEEP_BOTH: 'Keep both orders',
    CANCEL_SECOND: 'Cancel the second order',
    CONFIRM: 'Yes, everything is right',
    CANCEL: 'Cancel the order',
    CORRECT_ADDRESS: 'Correct the address',
    REPLY: 'Send a message',
    done: 'Thank you. Your answer: {answer}',
    failed: 'This did not work. Please contact us.',
    name: 'Name',
    street: 'Street',
    postalCode: 'Postal code',
    city: 'City',
    country: 'Country (two letters)',
    message: 'Your message',
  },
  'zh-CN': {
    title: '您的订单 {number}',
    DUPLICATE: '我们收到您两份相似的订单，两份都需要吗？',
    ADDRESS: '我们无法确认订单的收货地址，请问地址是否正确？',
    CONFIRM_ORDER: '请确认您的订单。',
    KEEP_BOTH: '两份订单都保留',
    CANCEL_SECOND: '取消第二份订单',
    CONFIRM: '是的，全部正确',
    CANCEL: '取消订单',
    CORRECT_ADDRESS: '更正地址',
    REPLY: '发送留言',
    done: '谢谢。您的答复：{answer}',
    failed: '操作未成功，请与我们联系。',
    name: '姓名',
    street: '街道',
    postalCode: '邮编',
    city: '城市',
    country: '国家代码（两位字母）',
    message: '您的留言',
  },
};

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  CORRECT_ADDRESS: ['name', 'street', 'postalCode', 'city', 'country'],
  REPLY: ['message'],
};

const html = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The page a customer answers on: works without anything else being loaded. */
export const answerPage = (shown: ShownQuestion, chosen: string | undefined, locale: Locale, nonce: string): string => {
  const texts = TEXTS[locale];
  const say = (key: string, details: Texts = {}): string =>
    html((texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => details[name] ?? ''));
  const answerText = (answer: string): string => texts[answer] ?? answer;
  const offered = shown.answers.filter(
    (answer) => chosen === undefined || !shown.answers.includes(chosen) || answer === chosen,
  );
  const forms = offered.map(
    (answer) =>
      `<form data-answer="${html(answer)}">${(FIELDS[answer] ?? [])
        .map((name) => `<label>${say(name)}<input name="${name}" required></label>`)
        .join('')}<button>${say(answer)}</button></form>`,
  );
  const body =
    shown.answer === null
      ? `<p>${say(shown.question)}</p>${shown.message === null ? '' : `<blockquote>${html(shown.message)}</blockquote>`}${forms.join('')}`
      : `<p>${say('done', { answer: answerText(shown.answer) })}</p>`;
  return `<!doctype html><html lang="${locale}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${say('title', { number: shown.number })}</title>
<style nonce="${nonce}">body{font:16px system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}form{margin:1rem 0}label{display:block;margin:.5rem 0}input{display:block;width:100%;padding:.5rem}button{padding:.7rem 1.2rem;font:inherit}</style>
<h1>${say('title', { number: shown.number })}</h1><main>${body}</main>
<script nonce="${nonce}">
const main = document.querySelector('main');
for (const form of document.forms) form.onsubmit = async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  const answer = form.dataset.answer;
  const body = answer === 'CORRECT_ADDRESS' ? { answer, address: fields } : { answer, ...fields };
  const response = await fetch(location.pathname, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).catch(() => undefined);
  if (response?.ok) { location.reload(); return; }
  const problem = await response?.json().catch(() => undefined);
  main.append(Object.assign(document.createElement('p'), { textContent: problem?.detail ?? ${JSON.stringify(texts['failed'])} }));
};
</script></html>`;
};

import type { ReturnEventData } from '@orderloom/contracts';
import bwipjs from 'bwip-js/node';

type Label = NonNullable<ReturnEventData['ReturnApproved']['label']>;

/** What is on the label of a return while nobody names a carrier. Holds no personal data. */
export const labelOf = (opened: Pick<ReturnEventData['ReturnRequested'], 'number'>, address = ''): Label => ({
  labelId: opened.number,
  address,
});

const plain = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A page to print and put on the parcel: number as a bar code, where it goes, what is in it. */
export const labelPage = (shown: {
  number: string;
  orderNumber: string;
  label: Label;
  lines: readonly { sku: string; name: string; quantity: number }[];
}): string => {
  const code = bwipjs.toSVG({ bcid: 'code128', text: shown.number, height: 12, includetext: true });
  const lines = shown.lines
    .map((line) => `<li>${line.quantity} × ${plain(line.sku)} ${plain(line.name)}</li>`)
    .join('');
  const carrier =
    shown.label.url === undefined
      ? ''
      : `<p><a href="${plain(shown.label.url)}">${plain(shown.label.carrier ?? 'Carrier')}</a></p>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${plain(shown.number)}</title>
<style>body{font:14px/1.4 sans-serif;margin:2rem;max-width:30rem}svg{width:20rem}</style></head><body>
<h1>退货 · Return ${plain(shown.number)}</h1>${code}
<p>订单 · Order ${plain(shown.orderNumber)}</p>
<p style="white-space:pre-line">${plain(shown.label.address)}</p>${carrier}
<ul>${lines}</ul></body></html>`;
};

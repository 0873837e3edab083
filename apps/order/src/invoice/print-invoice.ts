import type { Address, Contact, Locale } from '@orderloom/contracts';
import { paperFont } from '@orderloom/platform/paper/font';
import PDFDocument from 'pdfkit';
import { currencyExponent } from '../order/money.js';
import type { Order } from '../order/order.js';
import { type InvoiceWord, word } from './invoice-texts.js';
import type { PaperContent } from './paper-content.js';
import type { Issued } from './papers.js';

/** What is on a paper beside what the order says. Personal data opened for printing; null once erased. */
export interface Printed {
  paper: Issued;
  content: PaperContent;
  order: Order;
  contact: Contact | null;
  address: Address | null;
  /** who sells, line by line */
  seller: readonly string[];
  locale: Locale;
}

const LEFT = 50;
const RIGHT = 545;
const COLUMNS = { quantity: 330, price: 390, amount: 470 } as const;
const BOTTOM = 760;

/**
 * Prints an invoice or credit note as PDF (A4), with a font that has Latin and Chinese; only the glyphs used are
 * embedded.
 */
export const printInvoice = ({ paper, content, order, contact, address, seller, locale }: Printed): Promise<Buffer> => {
  const document = new PDFDocument({
    size: 'A4',
    margin: LEFT,
    info: { Title: paper.number, CreationDate: new Date(paper.issuedAt), ModDate: new Date(paper.issuedAt) },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });
  document.registerFont('text', paperFont()).font('text');
  const t = (name: InvoiceWord): string => word(name, locale);
  const digits = currencyExponent(paper.currency);
  const amounts = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: paper.currency,
    minimumFractionDigits: digits,
  });
  const money = (amount: number): string => amounts.format(amount / 10 ** digits);

  document.fontSize(9).text(seller.join('\n'), LEFT, 50, { width: 240 });
  document.fontSize(18).text(t(paper.kind), 300, 50, { width: 245, align: 'right' });
  const facts = [
    `${t('number')}: ${paper.number}`,
    `${t('date')}: ${paper.issuedAt.slice(0, 10)}`,
    `${t('order')}: ${paper.orderNumber}`,
    ...(paper.invoiceNumber === undefined ? [] : [`${t('corrects')}: ${paper.invoiceNumber}`]),
  ];
  document.fontSize(9).text(facts.join('\n'), 300, 78, { width: 245, align: 'right' });
  const who = [
    contact?.company ?? address?.company,
    contact?.name ?? address?.name,
    address?.street,
    address?.street2,
    [address?.postalCode, address?.city].filter((part) => part !== undefined).join(' '),
    address?.country ?? order.shipTo.country,
  ].filter((part) => part !== undefined && part !== '');
  document.text(`${t('for')}:\n${who.join('\n')}`, LEFT, 150, { width: 280 });

  let y = Math.max(document.y, 240) + 20;
  const cell = (text: string, x: number, width: number): void => {
    document.text(text, x, y, { width, align: 'right', lineBreak: false });
  };
  const rule = (): void => {
    document.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(0.5).stroke();
    y += 6;
  };
  const heading = (): void => {
    document.text(t('item'), LEFT, y, { width: 270 });
    cell(t('quantity'), COLUMNS.quantity - 20, 60);
    cell(t('price'), COLUMNS.price - 10, 80);
    cell(t('amount'), COLUMNS.amount, RIGHT - COLUMNS.amount);
    y += 16;
    rule();
  };
  const room = (height: number): void => {
    if (y + height <= BOTTOM) return;
    document.addPage();
    y = 50;
    heading();
  };
  heading();
  for (const row of content.rows) {
    const height = document.heightOfString(row.what, { width: 260 });
    room(height + 6);
    document.text(row.what, LEFT, y, { width: 260 });
    if (row.quantity !== undefined) cell(String(row.quantity), COLUMNS.quantity - 20, 60);
    if (row.price !== undefined) cell(money(row.price), COLUMNS.price - 10, 80);
    cell(money(row.amount), COLUMNS.amount, RIGHT - COLUMNS.amount);
    y += height + 6;
  }
  room(64 + 16 * Math.max(1, content.taxes.length));
  rule();
  const sum = (name: string, amount: number): void => {
    cell(name, 250, 200);
    cell(money(amount), COLUMNS.amount - 15, RIGHT - COLUMNS.amount + 15);
    y += 16;
  };
  if (paper.tax !== 0) {
    const name = t(order.taxesIncluded ? 'taxIncluded' : 'tax');
    const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 4 });
    sum(t('net'), paper.net);
    for (const { code, rate, amount } of content.taxes) {
      sum([name, code, ...(rate === undefined ? [] : [percent.format(Number(rate))])].join(' '), amount);
    }
    if (content.taxes.length === 0) sum(name, paper.tax);
  }
  document.fontSize(11);
  sum(t('total'), paper.total);
  document.end();
  return done;
};

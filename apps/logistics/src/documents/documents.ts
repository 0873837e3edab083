import type { Address, Locale } from '@orderloom/contracts';
import type { Fulfilment } from '../fulfilment/fulfilment.js';
import { unitsByLine } from '../fulfilment/units.js';
import { barcode, MM, makePdf, type Pdf } from './pdf.js';

const texts = {
  slip: { en: 'Packing slip', 'zh-CN': '装箱单' },
  order: { en: 'Order', 'zh-CN': '订单号' },
  fulfilment: { en: 'Fulfilment', 'zh-CN': '履约单' },
  to: { en: 'Ship to', 'zh-CN': '收件人' },
  from: { en: 'From', 'zh-CN': '寄件方' },
  parcel: { en: 'Parcel', 'zh-CN': '包裹' },
  of: { en: 'of', 'zh-CN': '/' },
  sku: { en: 'SKU', 'zh-CN': '货号' },
  name: { en: 'Product', 'zh-CN': '品名' },
  quantity: { en: 'Qty', 'zh-CN': '数量' },
  weight: { en: 'Weight', 'zh-CN': '重量' },
  carton: { en: 'Carton', 'zh-CN': '箱型' },
  erased: { en: 'Address no longer kept', 'zh-CN': '地址已删除' },
} as const;

const addressLines = (address: Address | null, locale: Locale): string[] => {
  if (!address) return [texts.erased[locale]];
  const { name, company, street, street2, postalCode, city, region, country, phone } = address;
  const place = locale === 'zh-CN' ? [region, city, postalCode] : [postalCode, city, region];
  return [name, company, street, street2, place.filter(Boolean).join(' '), country, phone].filter(
    (line): line is string => Boolean(line),
  );
};

const parcelsOf = (state: Fulfilment) =>
  state.parcels.length > 0
    ? state.parcels
    : [
        {
          parcelId: `${state.facts?.fulfilmentId ?? ''}/1`,
          lines: [...unitsByLine(state.lines)].map(([lineId, quantity]) => ({ lineId, quantity })),
        },
      ];

const kilograms = (grams: number | undefined): string => (grams === undefined ? '' : `${(grams / 1000).toFixed(2)} kg`);

const WIDTHS = [40, 105, 25] as const;

const row = (pdf: Pdf, cells: readonly string[]): void => {
  const left = 20 * MM;
  const height = Math.max(...cells.map((cell, at) => pdf.heightOfString(cell, { width: (WIDTHS[at] ?? 20) * MM }))) + 4;
  if (pdf.y + height > pdf.page.height - 20 * MM) pdf.addPage();
  const top = pdf.y;
  let x = left;
  cells.forEach((cell, at) => {
    const width = (WIDTHS[at] ?? 20) * MM;
    pdf.text(cell, x, top, { width: width - 4, align: at === 2 ? 'right' : 'left' });
    x += width;
  });
  pdf.x = left;
  pdf.y = top + height;
};

/** A4, one table per parcel, with the fulfilment as QR so that it is found again by scanning. */
export const packingSlipPdf = async (state: Fulfilment, address: Address | null, locale: Locale): Promise<Buffer> => {
  const { facts } = state;
  if (!facts) throw new Error('a packing slip is of a fulfilment that exists');
  const code = await barcode('qrcode', facts.fulfilmentId);
  const lineOf = new Map(facts.lines.map((line) => [line.lineId, line]));
  const t = (key: keyof typeof texts): string => texts[key][locale];
  return makePdf(`${t('slip')} ${facts.orderNumber}`, (pdf) => {
    pdf.addPage({ size: 'A4', margin: 20 * MM });
    pdf.font('text').fontSize(18).text(t('slip'));
    pdf.image(code, pdf.page.width - 45 * MM, 18 * MM, { width: 25 * MM });
    pdf.fontSize(10).moveDown(0.5);
    pdf.text(`${t('order')}: ${facts.orderNumber}`);
    pdf.text(`${t('fulfilment')}: ${facts.fulfilmentId}`);
    pdf.moveDown().text(`${t('to')}:`);
    for (const line of addressLines(address, locale)) pdf.text(line);
    const parcels = parcelsOf(state);
    parcels.forEach((parcel, index) => {
      const weight = 'weightGrams' in parcel ? kilograms(parcel.weightGrams) : '';
      const carton = 'carton' in parcel && parcel.carton !== undefined ? `${t('carton')} ${parcel.carton}` : '';
      pdf
        .moveDown()
        .fontSize(12)
        .text(
          [`${t('parcel')} ${index + 1} ${t('of')} ${parcels.length}`, carton, weight].filter(Boolean).join(' · '),
          20 * MM,
        );
      pdf.fontSize(10).moveDown(0.3);
      row(pdf, [t('sku'), t('name'), t('quantity')]);
      for (const { lineId, quantity } of parcel.lines) {
        const line = lineOf.get(lineId);
        row(pdf, [line?.sku ?? lineId, line?.name ?? '', String(quantity)]);
      }
    });
  });
};

/** What is printed on a label. */
export interface LabelFacts {
  readonly state: Fulfilment;
  readonly address: Address | null;
  readonly carrier: string;
  readonly service: string;
  readonly trackingNumber: string;
  readonly sender: string;
}

/** 100 × 150 mm, one page per parcel: tracking number as Code 128, the parcel as QR. */
export const labelsPdf = async (facts: LabelFacts, locale: Locale): Promise<Buffer> => {
  const { state, address, carrier, service, trackingNumber, sender } = facts;
  const parcels = parcelsOf(state);
  const stripes = await barcode('code128', trackingNumber);
  const squares = await Promise.all(parcels.map(({ parcelId }) => barcode('qrcode', parcelId)));
  const t = (key: keyof typeof texts): string => texts[key][locale];
  return makePdf(trackingNumber, (pdf) => {
    parcels.forEach((parcel, index) => {
      pdf.addPage({ size: [100 * MM, 150 * MM], margin: 6 * MM });
      pdf.font('text').fontSize(15).text(`${carrier} ${service}`.trim());
      pdf.fontSize(8).text(`${t('from')}: ${sender}`);
      pdf
        .moveDown(0.6)
        .fontSize(9)
        .text(`${t('to')}:`);
      pdf.fontSize(12);
      for (const line of addressLines(address, locale)) pdf.text(line);
      pdf.image(squares[index] as Buffer, 70 * MM, 88 * MM, { width: 24 * MM });
      pdf.fontSize(9).text(`${t('order')}: ${state.facts?.orderNumber ?? ''}`, 6 * MM, 90 * MM, { width: 60 * MM });
      pdf.text(`${t('parcel')} ${index + 1} ${t('of')} ${parcels.length}`);
      const weight = 'weightGrams' in parcel ? kilograms(parcel.weightGrams) : '';
      if (weight !== '') pdf.text(`${t('weight')}: ${weight}`);
      pdf.image(stripes, 6 * MM, 116 * MM, { width: 88 * MM, height: 20 * MM });
      pdf.fontSize(11).text(trackingNumber, 6 * MM, 138 * MM, { width: 88 * MM, align: 'center', lineBreak: false });
    });
  });
};

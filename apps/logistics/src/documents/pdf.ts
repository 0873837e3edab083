import { paperFont } from '@orderloom/platform/paper/font';
import bwipjs from 'bwip-js/node';
import PDFDocument from 'pdfkit';

/** Points per millimetre. */
export const MM = 72 / 25.4;

export type Pdf = InstanceType<typeof PDFDocument>;

/** Makes a document; `draw` adds its pages. Compressed, with the used part of the font only. */
export const makePdf = (title: string, draw: (pdf: Pdf) => Promise<void> | void): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const pdf = new PDFDocument({ autoFirstPage: false, info: { Title: title } });
    const parts: Buffer[] = [];
    pdf.on('data', (part: Buffer) => parts.push(part));
    pdf.on('end', () => resolve(Buffer.concat(parts)));
    pdf.on('error', reject);
    pdf.registerFont('text', paperFont());
    Promise.resolve(draw(pdf)).then(() => pdf.end(), reject);
  });

/** A barcode as PNG. Code 128 for numbers that machines on a belt read, QR for telephones. */
export const barcode = (kind: 'code128' | 'qrcode', text: string): Promise<Buffer> =>
  bwipjs.toBuffer({
    bcid: kind,
    text,
    scale: 3,
    ...(kind === 'code128' ? { height: 14, includetext: false } : { eclevel: 'M' }),
  });

import { createHash, randomUUID } from 'node:crypto';
import { deterministicId } from '@orderloom/event-sourcing';
import type { OrderRequest } from './order-request.js';

/**
 * The id an order will have. One external number of a channel can only ever give one id, so that the stream itself
 * makes it unique; an Idempotency-Key does the same for orders without a number.
 */
export const orderIdOf = (
  request: Pick<OrderRequest, 'channel' | 'externalNumber'>,
  idempotencyKey?: string,
): string => {
  if (request.externalNumber !== undefined) return deterministicId('order', request.channel, request.externalNumber);
  if (idempotencyKey !== undefined) return deterministicId('order-key', idempotencyKey);
  return randomUUID();
};

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A number people can read out, made of the first 50 bits of the id in Crockford's base 32: `3K7QM-0XVTA`. */
export const readableNumber = (orderId: string): string => {
  const hex = orderId.replaceAll('-', '');
  let bits = BigInt(`0x${hex.slice(0, 12)}${hex.slice(13, 14)}`) >> 2n;
  let number = '';
  for (let digit = 0; digit < 10; digit++) {
    number = `${ALPHABET[Number(bits & 31n)]}${number}`;
    bits >>= 5n;
    if (digit === 4) number = `-${number}`;
  }
  return number;
};

const hasMoreMoney = (request: OrderRequest): boolean =>
  request.charges !== undefined ||
  request.payment !== undefined ||
  request.lines.some((line) => line.taxes !== undefined);

const moneyPrint = ({ charges, payment, lines }: OrderRequest): string =>
  JSON.stringify([charges ?? null, lines.map((line) => line.taxes ?? null), payment ?? null], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );

/**
 * Fingerprint of what was asked for. Leaves out what a retry may legitimately change (the reader's language) and all
 * personal data: even a hash of an address could be guessed back.
 */
export const requestHashOf = (request: OrderRequest): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        request.channel,
        request.externalNumber ?? null,
        request.customerId ?? null,
        request.currency ?? null,
        request.paymentTerms,
        request.shipping,
        request.shipTo.country,
        request.deliveryWish?.requestedDate ?? null,
        request.requiredBy ?? null,
        request.lines.map((line) => [
          line.sku,
          line.quantity,
          line.unitPrice ?? null,
          line.discount ?? null,
          line.discountRate === undefined ? null : `${line.discountRate.units}/${line.discountRate.scale}`,
        ]),
        // Only where there is any, so that fingerprints of orders without stay what they were.
        ...(hasMoreMoney(request) ? [moneyPrint(request)] : []),
      ]),
    )
    .digest('base64url')
    .slice(0, 22);

import type { FieldProblem } from '@orderloom/contracts';
import type { CompanySettings } from '../configuration/company-settings.js';
import { checkCustom, checkRequired } from '../facts/custom-fields.js';
import type { OrderNumbers } from '../numbering/order-numbers.js';
import { readableNumber } from './order-id.js';
import type { OrderRequest } from './order-request.js';
import type { IntakeRules } from './submit-order.js';

/** Numbers and company fields as the company has set them up, from memory. */
export class CompanyRules implements IntakeRules {
  constructor(
    private readonly settings: Pick<CompanySettings, 'channels' | 'customFields'>,
    private readonly numbers: Pick<OrderNumbers, 'next'>,
    private readonly numberOfOrder: (orderId: string) => Promise<string | undefined>,
  ) {}

  check(request: OrderRequest, problems: FieldProblem[]): void {
    const fields = this.settings.customFields.recent();
    if (request.facts?.custom !== undefined) checkCustom(fields, request.facts.custom, problems);
    if (fields.size > 0) checkRequired(fields, request.channel, request.facts?.custom, problems);
  }

  numberOf(request: OrderRequest, orderId: string, now: string): string | Promise<string> {
    const numbering = this.settings.channels.recent().get(request.channel)?.value.numbering;
    switch (numbering?.kind ?? 'external') {
      case 'sequence':
        // A retry of an order that is there keeps its number, and the count.
        return this.numberOfOrder(orderId).then(
          (known) => known ?? this.numbers.next(numbering ?? { kind: 'sequence' }, request.channel, orderId, now),
        );
      case 'readable':
        return readableNumber(orderId);
      default:
        return request.externalNumber ?? readableNumber(orderId);
    }
  }

  previewNumber(request: OrderRequest, orderId: string): string {
    return request.externalNumber ?? readableNumber(orderId);
  }
}

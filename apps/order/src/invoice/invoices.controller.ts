import { Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Locale, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Needs, personalFor, type RequestContext, SETTINGS, Vault } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import type { OrderSettings } from '../settings.js';
import { InvoiceRegister, type IssuedDocument } from './invoice-register.js';
import { Invoices } from './invoices.js';
import { contentOf } from './paper-content.js';
import { printInvoice } from './print-invoice.js';

/** A paper as lists show it. */
const shown = ({ _id, running: _running, ...paper }: IssuedDocument, n?: number): object => ({
  ...paper,
  ...(n === undefined ? {} : { n, pdf: `/api/orders/${paper.orderId}/invoices/${n}.pdf` }),
});

@ApiTags('invoices')
@Needs('orders:read', { limited: true })
@Controller('api')
export class InvoicesController {
  constructor(
    private readonly invoices: Invoices,
    private readonly register: InvoiceRegister,
    private readonly vault: Vault,
    @Inject(SETTINGS) private readonly settings: OrderSettings,
  ) {}

  @Get('orders/:id/invoices')
  @ApiOperation({ summary: 'Invoices and credit notes of an order' })
  async list(@Param('id') id: string): Promise<object> {
    const { issued, missing } = await this.invoices.ofOrder(id);
    return { items: issued.map((paper, index) => shown(paper, index + 1)), missing };
  }

  @Needs('payments:manage', { limited: true })
  @Post('orders/:id/invoices')
  @HttpCode(200)
  @ApiOperation({ summary: 'Issue the invoices and credit notes an order needs; what is there stays' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Nothing has left the house and nothing is paid yet.' })
  async issue(@Param('id') id: string, @DryRun() dryRun: boolean): Promise<object> {
    if (dryRun) {
      const { missing } = await this.invoices.ofOrder(id);
      return { dryRun: true, events: missing.map((data) => ({ type: 'InvoiceIssued', data })) };
    }
    const issued = await this.invoices.issue(id);
    return { items: issued.map((paper, index) => shown(paper, index + 1)), missing: [] };
  }

  @Get('orders/:id/invoices/:file')
  @ApiOperation({ summary: 'An invoice or credit note as PDF: `1.pdf` is the first of the order' })
  @ApiQuery({ name: 'locale', required: false, enum: ['zh-CN', 'en'], description: "The order's when left out." })
  @ApiProduces('application/pdf')
  async pdf(
    @Param('id') id: string,
    @Param('file') file: string,
    @Query('locale') locale: string | undefined,
    @Ctx() { access }: RequestContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const n = Number(/^(\d{1,9})\.pdf$/.exec(file)?.[1] ?? 0);
    if (locale !== undefined && locale !== 'en' && locale !== 'zh-CN') {
      const problem = { path: 'locale', code: 'NOT_ONE_OF' as const, details: { allowed: ['zh-CN', 'en'] } };
      throw new Refused('VALIDATION_FAILED', {}, [problem]);
    }
    const { paper, order, history } = await this.invoices.printable(id, n);
    const [contact, address] = await Promise.all([
      order.customer === null ? null : this.vault.unseal(order.customer),
      order.shipTo.address === undefined ? null : this.vault.unseal(order.shipTo.address),
    ]);
    const language: Locale = locale ?? order.locale;
    const seller = this.settings.INVOICE_SELLER.split('|').map((line) => line.trim());
    const buyer = { contact: personalFor(access, contact), address: personalFor(access, address) };
    const content = contentOf(paper, history, language);
    const pdf = await printInvoice({ paper, content, order, ...buyer, seller, locale: language });
    await reply
      .header('content-type', 'application/pdf')
      .header('content-disposition', `inline; filename="${paper.number}.pdf"`)
      .send(pdf);
  }

  @Needs('payments:read')
  @Get('invoices')
  @ApiOperation({ summary: 'A series, in the order of its numbers' })
  @ApiQuery({ name: 'series', required: false, description: "e.g. `INV-2026`; this year's invoices when left out" })
  @ApiQuery({ name: 'after', required: false, type: Number, description: 'running number after which to go on' })
  @ApiQuery({ name: 'limit', required: false, type: Number, description: '1–200, 50 when left out' })
  async series(
    @Query('series') series: string | undefined,
    @Query('after') after: string | undefined,
    @Query('limit') limit: string | undefined,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const whole = (name: string, text: string | undefined, fallback: number, max: number): number => {
      if (text === undefined) return fallback;
      if (/^\d{1,12}$/.test(text) && Number(text) <= max) return Number(text);
      throw new Refused('VALIDATION_FAILED', {}, [{ path: name, code: 'NOT_AN_INTEGER' }]);
    };
    const name = series ?? this.register.seriesOf({ kind: 'invoice', issuedAt: context.now });
    const size = Math.max(1, whole('limit', limit, 50, 200));
    const papers = await this.register.ofSeries(name, whole('after', after, 0, Number.MAX_SAFE_INTEGER), size);
    const last = papers.at(-1);
    return {
      series: name,
      items: papers.map((paper) => shown(paper)),
      ...(last !== undefined && papers.length === size ? { next: last.running } : {}),
    };
  }
}

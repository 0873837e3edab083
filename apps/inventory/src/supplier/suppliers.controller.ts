import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused, type Sealed, type SupplierContact } from '@orderloom/contracts';
import { Ctx, DryRun, etagOf, IfMatch, type Page, pageOf, type RequestContext, Vault } from '@orderloom/platform';
import { type CommandAnswer, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { SupplierRepository } from '../repositories.js';
import { afterId, BY_ID, shown, Views } from '../views.js';
import { registerSupplier, saveSupplier } from './decide.js';
import { SaveSuppliers } from './save-suppliers.js';
import { NewSupplierBody, SupplierBody, SupplierQuery } from './supplier.dto.js';
import type { Supplier } from './supplier.js';
import { scoreOf } from './supplier-score.js';
import type { SupplierDocument } from './suppliers.projection.js';

/** What a command shows: the contact only tells whether there is one. */
const show = ({ facts }: Supplier): unknown =>
  facts ? { supplierId: facts.supplierId, company: facts.company, country: facts.country ?? null } : null;

@ApiTags('suppliers')
@Controller('api/suppliers')
export class SuppliersController {
  constructor(
    private readonly suppliers: SupplierRepository,
    private readonly saving: SaveSuppliers,
    private readonly views: Views,
    private readonly vault: Vault,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Suppliers by id' })
  async list(@Query() { cursor, limit }: SupplierQuery): Promise<Page<object>> {
    const found = await this.views.suppliers
      .collection()
      .find(afterId(cursor))
      .sort({ _id: 1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(found, limit, BY_ID, ({ _id }) => [_id]);
    return { ...page, items: await Promise.all(page.items.map((one) => this.open(one))) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One supplier' })
  async one(@Param('id') supplierId: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const found = await this.views.suppliers.collection().findOne({ _id: supplierId });
    if (!found) throw new Refused('SUPPLIER_NOT_FOUND', { supplierId });
    void reply.header('etag', etagOf(String(found.revision)));
    return this.open(found);
  }

  @Get(':id/score')
  @ApiOperation({ summary: 'How punctual, complete and dear a supplier was, over its last 500 purchase orders' })
  async score(@Param('id') supplierId: string, @Ctx() { now }: RequestContext): Promise<object> {
    const { state } = await this.suppliers.load(supplierId);
    if (!state.facts) throw new Refused('SUPPLIER_NOT_FOUND', { supplierId });
    const found = await this.views.purchases
      .collection()
      .find({ supplierId })
      .sort({ createdAt: -1, _id: -1 })
      .limit(500)
      .toArray();
    const purchases = found.map(({ purchase }) => purchase);
    return { supplierId, ...scoreOf(purchases, now.slice(0, 10)) };
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Register a supplier' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async register(
    @Body() body: NewSupplierBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const facts = await this.saving.factsOf(body);
    const decide = (state: Supplier) => registerSupplier(facts, state);
    return runCommand(this.suppliers, body.supplierId, decide, { context, dryRun, reply }, show);
  }

  @Put(':id')
  @ApiOperation({ summary: 'Register a supplier, or replace what is known of it' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the supplier as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async save(
    @Param('id') supplierId: string,
    @Body() body: SupplierBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const facts = await this.saving.factsOf({ ...body, supplierId });
    const decide = (state: Supplier) => saveSupplier(facts, state);
    return runCommand(this.suppliers, supplierId, decide, { context, ifMatch, dryRun, reply }, show);
  }

  private async open(doc: SupplierDocument): Promise<object> {
    const sealed = doc.contact as Sealed<SupplierContact> | null;
    return { ...shown(doc, 'supplierId'), contact: sealed === null ? null : await this.vault.unseal(sealed) };
  }
}

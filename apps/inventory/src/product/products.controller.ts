import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Ctx, DryRun, etagOf, IfMatch, MinRevision, type Page, pageOf, type RequestContext } from '@orderloom/platform';
import { CommandAnswer, literal, runCommand, untilShown } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { productsCsv } from '../imports/product-export.js';
import { ProductRepository } from '../repositories.js';
import { afterId, BY_ID, shown, Views } from '../views.js';
import { discontinueProduct, registerProduct, saveProduct } from './decide.js';
import { NewProductBody, ProductBody, ProductQuery } from './product.dto.js';
import type { Product } from './product.js';
import { ProductReferences } from './product-references.js';
import type { ProductDocument } from './products.projection.js';

/** `codes` only serves the search. */
const productView = ({ codes: _, ...doc }: ProductDocument): object => shown(doc, 'sku');

const show = (state: Product): unknown => state.facts ?? null;

@ApiTags('products')
@Controller('api/products')
export class ProductsController {
  constructor(
    private readonly products: ProductRepository,
    private readonly references: ProductReferences,
    private readonly views: Views,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Products by sku' })
  async list(@Query() query: ProductQuery): Promise<Page<object>> {
    const { category, supplierId, variantOf, barcode, discontinued, q, cursor, limit } = query;
    const words = (q ?? '').split(/\s+/).filter(Boolean).map(literal);
    const filter: Filter<ProductDocument> = {
      ...(category === undefined ? {} : { category }),
      ...(supplierId === undefined ? {} : { supplierId }),
      ...(variantOf === undefined ? {} : { variantOf }),
      ...(barcode === undefined ? {} : { codes: barcode }),
      ...(discontinued === undefined ? {} : { discontinued }),
      $and: [
        afterId(cursor),
        ...words.map((word) => ({
          $or: [{ _id: { $regex: word, $options: 'i' } }, { name: { $regex: word, $options: 'i' } }],
        })),
      ],
    };
    const found = await this.views.products
      .collection()
      .find(filter)
      .sort({ _id: 1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(found, limit, BY_ID, ({ _id }) => [_id]);
    return { ...page, items: page.items.map(productView) };
  }

  @Get('export')
  @ApiOperation({ summary: 'Every product as CSV, in the columns that the import takes' })
  @ApiProduces('text/csv')
  async export(@Res() reply: FastifyReply): Promise<void> {
    const products = this.views.products.collection().find({}, { batchSize: 500 }).sort({ _id: 1 });
    await reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="products.csv"')
      .send(Readable.from(productsCsv(products), { objectMode: false }));
  }

  @Get(':sku')
  @ApiOperation({ summary: 'One product' })
  @ApiQuery({ name: 'minRevision', required: false, description: 'Wait until the answer shows this revision.' })
  async one(
    @Param('sku') sku: string,
    @MinRevision() minRevision: bigint | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await untilShown(this.views.products, `product-${sku}`, minRevision);
    const found = await this.views.products.collection().findOne({ _id: sku });
    if (!found) throw new Refused('PRODUCT_NOT_FOUND', { sku });
    void reply.header('etag', etagOf(String(found.revision)));
    return productView(found);
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Register a product' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'It exists with other data.' })
  @ApiCreatedResponse({ type: CommandAnswer })
  async register(
    @Body() body: NewProductBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    await this.references.check(body);
    const decide = (state: Product) => registerProduct(body, state);
    return runCommand(this.products, body.sku, decide, { context, dryRun, reply }, show);
  }

  @Put(':sku')
  @ApiOperation({ summary: 'Register a product or change it; what is left out stays as it is' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the product as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  async save(
    @Param('sku') sku: string,
    @Body() body: ProductBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    await this.references.check({ ...body, sku });
    const decide = (state: Product) => saveProduct({ ...body, sku }, state);
    return runCommand(this.products, sku, decide, { context, ifMatch, dryRun, reply }, show);
  }

  @Post(':sku/discontinue')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a product off sale; what is ordered is still delivered' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the product as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  discontinue(
    @Param('sku') sku: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const decide = (state: Product) => discontinueProduct(sku, state);
    return runCommand(this.products, sku, decide, { context, ifMatch, dryRun, reply }, show);
  }
}

import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, IdempotencyKey, type RequestContext } from '../http/context.js';
import { afterCursor, decodeCursor, type Page, pageOf } from '../http/cursor.js';
import { Field } from '../http/field.js';
import { idFromKey, newId } from '../ids.js';
import { Authenticator } from './authenticator.js';
import { Needs, SignedIn } from './needs.js';
import { type Permission, permissionNames } from './permissions.js';
import { type Role, roleNames } from './roles.js';
import { type TokenDocument, TokenStore, tokenOf } from './token-store.js';

const MOST_DAYS = 400;

class TokenBody {
  @Field.string({ max: 100, description: 'Person or program; what the token does is recorded under this name.' })
  subject!: string;
  @Field.strings({ values: roleNames, min: 1, max: 20 }) roles!: Role[];
  @Field.strings({ optional: true, min: 1, max: 100, description: 'Only orders of these channels.' })
  channels?: string[];
  @Field.string({ optional: true, max: 100, description: 'Only orders of this customer; needed by `customer`.' })
  customerId?: string;
  @Field.integer({ min: 1, max: MOST_DAYS, default: 30, description: 'Days until it ends.' }) days!: number;
}

class TokenListQuery {
  @Field.string({ optional: true, max: 2000 }) cursor?: string;
  @Field.integer({ min: 1, max: 200, default: 50 }) limit!: number;
}

class TokenView {
  @ApiProperty() id!: string;
  @ApiProperty() subject!: string;
  @ApiProperty({ enum: roleNames, isArray: true }) roles!: Role[];
  @ApiPropertyOptional({ type: [String] }) channels?: string[];
  @ApiPropertyOptional() customerId?: string;
  @ApiProperty({ format: 'date-time' }) issuedAt!: string;
  @ApiProperty() issuedBy!: string;
  @ApiProperty({ format: 'date-time' }) expiresAt!: string;
  @ApiPropertyOptional({ format: 'date-time' }) revokedAt?: string;
  @ApiPropertyOptional() revokedBy?: string;
  @ApiPropertyOptional({ description: 'True when it was only tried out: there is no such token.' }) dryRun?: true;
  @ApiPropertyOptional({ description: 'The token itself, for the one who asked for it.' }) token?: string;
}

class TokenPage {
  @ApiProperty({ type: [TokenView] }) items!: TokenView[];
  @ApiPropertyOptional() next?: string;
}

class Myself {
  @ApiProperty() subject!: string;
  @ApiProperty({ enum: roleNames, isArray: true }) roles!: readonly Role[];
  @ApiProperty({ enum: permissionNames, isArray: true }) permissions!: Permission[];
  @ApiPropertyOptional({ type: [String] }) channels?: readonly string[];
  @ApiPropertyOptional() customerId?: string;
  @ApiPropertyOptional({ format: 'date-time' }) expiresAt?: string;
}

const viewOf = ({ _id, expiresAt, ...rest }: TokenDocument): TokenView => ({
  id: _id,
  ...rest,
  expiresAt: expiresAt.toISOString(),
});

const SORT = '-issuedAt';
const ORDER = [
  { field: 'issuedAt', direction: -1 },
  { field: '_id', direction: -1 },
] as const;

/** Tokens for people and programs, each with roles. */
@ApiTags('access')
@Controller('api')
export class TokensController {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly store: TokenStore,
  ) {}

  @Get('me')
  @SignedIn()
  @ApiOperation({ summary: 'Who the token speaks for and what it may do' })
  @ApiOkResponse({ type: Myself })
  me(@Ctx() { access }: RequestContext): Myself {
    if (access === undefined) throw new Refused('UNAUTHENTICATED');
    const { tokenId: _id, root: _root, ...identity } = access.identity;
    return { ...identity, permissions: access.permissions };
  }

  @Post('tokens')
  @Needs('tokens:manage')
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOperation({ summary: 'Issue a token', description: 'With `Idempotency-Key`, a repeat gives the same token.' })
  @ApiOkResponse({ type: TokenView })
  async issue(
    @Body() body: TokenBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @IdempotencyKey() key?: string,
  ): Promise<TokenView> {
    const problems: FieldProblem[] = [];
    const isCustomer = body.roles.includes('customer');
    if (isCustomer && body.customerId === undefined) problems.push({ path: 'customerId', code: 'REQUIRED' });
    if (isCustomer && body.roles.length > 1) problems.push({ path: 'roles', code: 'ROLE_STANDS_ALONE' });
    // An administrator of some channels only could give itself the others.
    if (body.roles.includes('admin') && (body.channels ?? body.customerId) !== undefined) {
      problems.push({ path: 'roles', code: 'ROLE_NOT_LIMITABLE' });
    }
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    const token: TokenDocument = {
      _id: key === undefined ? newId() : idFromKey('token', key),
      subject: body.subject,
      roles: [...new Set(body.roles)],
      ...(body.channels === undefined ? {} : { channels: [...new Set(body.channels)] }),
      ...(body.customerId === undefined ? {} : { customerId: body.customerId }),
      issuedAt: context.now,
      issuedBy: context.actor,
      expiresAt: new Date(Date.parse(context.now) + body.days * 86_400_000),
    };
    if (dryRun) return { ...viewOf(token), dryRun: true };
    const kept = await this.store.issue(token);
    return { ...viewOf(kept), token: tokenOf(kept, this.authenticator.key) };
  }

  @Get('tokens')
  @Needs('tokens:manage')
  @ApiOperation({ summary: 'Issued tokens, newest first; the tokens themselves are not kept' })
  @ApiOkResponse({ type: TokenPage })
  async list(@Query() { cursor, limit }: TokenListQuery): Promise<Page<TokenView>> {
    const after = cursor === undefined ? {} : afterCursor(ORDER, decodeCursor(SORT, ORDER.length, cursor));
    const found = await this.store.tokens
      .find(after)
      .sort({ issuedAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(found, limit, SORT, ({ issuedAt, _id }) => [issuedAt, _id]);
    return { ...page, items: page.items.map(viewOf) };
  }

  @Get('tokens/revoked')
  @Needs('tokens:manage')
  @ApiOperation({ summary: 'Ids of tokens that were taken back before their end' })
  async revoked(): Promise<{ ids: string[] }> {
    return { ids: await this.store.revoked() };
  }

  @Post('tokens/:id/revoke')
  @HttpCode(200)
  @Needs('tokens:manage')
  @ApiOperation({ summary: 'Take a token back; refused everywhere within seconds' })
  @ApiOkResponse({ type: TokenView })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async revoke(@Param('id') id: string, @Ctx() context: RequestContext, @DryRun() dryRun: boolean): Promise<TokenView> {
    if (dryRun) return { ...viewOf(await this.store.find(id)), dryRun: true };
    return viewOf(await this.store.revoke(id, context.now, context.actor));
  }
}

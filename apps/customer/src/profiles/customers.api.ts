import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { CustomerProfile } from '@orderloom/contracts';
import { Field } from '@orderloom/platform';
import { PageQuery, PossibleAction } from '@orderloom/service';
import { AddressBody } from './profile.dto.js';

export class CustomerQuery extends PageQuery {
  @Field.string({ optional: true, description: 'Words that id, name, company, contact or e-mail begin with.' })
  q?: string;
  @Field.country({ optional: true, description: 'Customers of this country.' }) country?: string;
}

/** Personal data of a customer. */
export class ProfileView implements CustomerProfile {
  @ApiPropertyOptional() name?: string;
  @ApiPropertyOptional() company?: string;
  @ApiPropertyOptional() contactName?: string;
  @ApiPropertyOptional() contactTitle?: string;
  @ApiPropertyOptional() email?: string;
  @ApiPropertyOptional() phone?: string;
  @ApiPropertyOptional({ type: AddressBody }) address?: AddressBody;
}

/** A customer in lists. */
export class CustomerShown {
  @ApiProperty() id!: string;
  @ApiPropertyOptional() country?: string;
  @ApiPropertyOptional({ enum: ['zh-CN', 'en'] }) locale?: 'zh-CN' | 'en';
  @ApiPropertyOptional({ type: ProfileView, description: 'Absent once erased.' }) profile?: ProfileView;
  @ApiProperty({ format: 'date-time' }) registeredAt!: string;
  @ApiProperty({ format: 'date-time' }) changedAt!: string;
  @ApiPropertyOptional({ format: 'date-time' }) erasedAt?: string;
  @ApiProperty({ description: 'For `If-Match`.' }) revision!: string;
}

export class CustomerPage {
  @ApiProperty({ type: [CustomerShown] }) items!: CustomerShown[];
  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.' }) next?: string;
}

/** What a customer has ordered in one currency. Amounts in minor units. */
export class CustomerTotals {
  @ApiProperty() currency!: string;
  @ApiProperty() orders!: number;
  @ApiProperty({ description: 'As placed, less discounts.' }) net!: number;
  @ApiProperty() cancelled!: number;
  @ApiProperty() credited!: number;
  @ApiProperty() refunded!: number;
  @ApiProperty({ format: 'date-time' }) firstOrderAt!: string;
  @ApiProperty({ format: 'date-time' }) lastOrderAt!: string;
}

/** One customer, with totals and what may be done. */
export class CustomerDetails extends CustomerShown {
  @ApiProperty({ type: [CustomerTotals], description: 'Per currency, most orders first.' }) totals!: CustomerTotals[];
  @ApiProperty({ type: [PossibleAction] }) actions!: PossibleAction[];
}

class OrderedLine {
  @ApiProperty() sku!: string;
  @ApiProperty() name!: string;
  @ApiProperty() quantity!: number;
  @ApiProperty() net!: number;
}

/** An order in a customer's history. Amounts in minor units. */
export class CustomerOrderShown {
  @ApiProperty() id!: string;
  @ApiPropertyOptional() customerId?: string;
  @ApiProperty() number!: string;
  @ApiProperty() channel!: string;
  @ApiProperty({ format: 'date-time' }) placedAt!: string;
  @ApiProperty() currency!: string;
  @ApiProperty() total!: number;
  @ApiProperty() net!: number;
  @ApiProperty() cancelled!: number;
  @ApiProperty() credited!: number;
  @ApiProperty() refunded!: number;
  @ApiProperty({ enum: ['submitted', 'confirmed', 'shipped', 'delivered', 'completed', 'cancelled'] }) status!: string;
  @ApiProperty({ type: [OrderedLine] }) lines!: OrderedLine[];
}

export class CustomerOrderPage {
  @ApiProperty({ type: [CustomerOrderShown] }) items!: CustomerOrderShown[];
  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.' }) next?: string;
}

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** An amount. */
export class MoneyView {
  @ApiProperty({ description: 'Integer minor units.' }) amount!: number;
  @ApiProperty({ description: 'ISO 4217.' }) currency!: string;
}

/** Orders and their value under one heading. Amounts in minor units of the summary's currency. */
export class SummaryRow {
  @ApiProperty({ description: 'Day, country code, category or sku.' }) key!: string;
  @ApiPropertyOptional({ description: 'Name of the product.' }) name?: string;
  @ApiProperty() orders!: number;
  @ApiProperty() lines!: number;
  @ApiProperty() gross!: number;
  @ApiProperty() net!: number;
}

/** How long orders stay in a step. */
export class StepRow {
  @ApiProperty({ enum: ['check', 'allocate', 'pay', 'release', 'fulfil', 'transit', 'total'] }) step!: string;
  @ApiProperty({ description: 'Orders that finished the step.' }) count!: number;
  @ApiProperty({ description: 'Half of them were faster, milliseconds, within 2.2 %.' }) p50Ms!: number;
  @ApiProperty({ description: 'Nine of ten were faster, milliseconds, within 2.2 %.' }) p90Ms!: number;
}

/** The figures of a range of days, of orders in one currency, counted by the day they were placed. */
export class Summary {
  @ApiPropertyOptional() from?: string;
  @ApiPropertyOptional() to?: string;
  @ApiProperty({ description: 'The currency of every amount below.' }) currency!: string;
  @ApiProperty({ description: 'Every currency with orders in the range, most orders first.', type: [String] })
  currencies!: string[];
  @ApiProperty() orders!: number;
  @ApiProperty() lines!: number;
  @ApiProperty() units!: number;
  @ApiProperty({ description: 'Customers who ordered; guests are not counted.' }) customers!: number;
  @ApiProperty({ description: 'Quantity × unit price of all lines as placed.' }) gross!: MoneyView;
  @ApiProperty({ description: 'Gross less discounts, each line rounded half up.' }) net!: MoneyView;
  @ApiProperty({ description: 'Shipping charged.' }) shipping!: MoneyView;
  @ApiProperty({ description: 'Net value of cancelled lines.' }) cancelled!: MoneyView;
  @ApiProperty({ description: 'Credited to customers.' }) credited!: MoneyView;
  @ApiProperty({ description: 'Payments received.' }) captured!: MoneyView;
  @ApiProperty({ description: 'Payments returned.' }) refunded!: MoneyView;
  @ApiProperty({ description: 'Orders neither completed nor cancelled.' }) openOrders!: number;
  @ApiProperty({ description: 'Orders with goods that have not left, cancelled ones aside.' }) notShipped!: number;
  @ApiProperty({ description: 'Orders whose last part left after the required time.' }) shippedLate!: number;
  @ApiProperty() ordersCancelled!: number;
  @ApiProperty({ type: [SummaryRow] }) days!: SummaryRow[];
  @ApiProperty({ type: [SummaryRow] }) countries!: SummaryRow[];
  @ApiProperty({ type: [SummaryRow] }) categories!: SummaryRow[];
  @ApiProperty({ type: [SummaryRow], description: 'Highest net value first, at most 100.' }) products!: SummaryRow[];
  @ApiProperty({ type: [StepRow] }) steps!: StepRow[];
}

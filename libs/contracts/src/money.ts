/** An amount in integer minor units (cents, 分) of an ISO 4217 currency. Never a float. */
export interface Money {
  amount: number;
  currency: string;
}

/** The key that the desk, the warehouse and carriers write about an order under. */
export const keyOfOrder = (orderId: string): string => `order:${orderId}`;

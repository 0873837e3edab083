/** gRPC status codes in use here (https://grpc.io/docs/guides/status-codes/). */
export const Status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Ends a call with a status; `trailers` are what EventStoreDB's clients recognise an error by. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  constructor(
    readonly status: Status,
    message: string,
    readonly trailers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Header values are printable ASCII; what is not is percent-encoded, as grpc-message does it. */
export function headerValue(text: string): string {
  return text.replace(/[^\x20-\x7e]|%/gu, (character) =>
    Array.from(Buffer.from(character, 'utf8'), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
      '',
    ),
  );
}

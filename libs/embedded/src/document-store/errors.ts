/** MongoDB's error codes used here (https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml). */
const codeNames: Readonly<Record<number, string>> = {
  1: 'InternalError',
  2: 'BadValue',
  9: 'FailedToParse',
  11: 'UserNotFound',
  14: 'TypeMismatch',
  15: 'Overflow',
  20: 'IllegalOperation',
  22: 'InvalidBSON',
  26: 'NamespaceNotFound',
  27: 'IndexNotFound',
  28: 'PathNotViable',
  40: 'ConflictingUpdateOperators',
  43: 'CursorNotFound',
  48: 'NamespaceExists',
  50: 'MaxTimeMSExpired',
  52: 'DollarPrefixedFieldName',
  59: 'CommandNotFound',
  66: 'ImmutableField',
  67: 'CannotCreateIndex',
  72: 'InvalidOptions',
  73: 'InvalidNamespace',
  85: 'IndexOptionsConflict',
  86: 'IndexKeySpecsConflict',
  91: 'ShutdownInProgress',
  112: 'WriteConflict',
  115: 'CommandNotSupported',
  121: 'DocumentValidationFailure',
  136: 'CappedPositionLost',
  166: 'CommandNotSupportedOnView',
  225: 'TransactionTooOld',
  238: 'NotImplemented',
  251: 'NoSuchTransaction',
  256: 'TransactionCommitted',
  263: 'OperationNotSupportedInTransaction',
  292: 'QueryExceededMemoryLimitNoDiskUseAllowed',
  10334: 'BSONObjectTooLarge',
  11000: 'DuplicateKey',
  17419: 'Location17419',
  40324: 'Location40324',
  40415: 'Location40415',
  40573: 'Location40573',
};

/** An expected failure with MongoDB's own code, sent to the client as `{ok: 0, code, codeName, errmsg}`. */
export class MongoError extends Error {
  override readonly name = 'MongoError';
  constructor(
    readonly code: number,
    message: string,
    /** Further fields of the reply, for example `keyPattern` and `keyValue`. */
    readonly extra: Readonly<Record<string, unknown>> = {},
    readonly labels: readonly string[] = [],
  ) {
    super(message);
  }

  get codeName(): string {
    return codeNames[this.code] ?? `Location${this.code}`;
  }

  /** The fields of a failed command's reply. */
  toReply(): Record<string, unknown> {
    const reply: Record<string, unknown> = {
      ok: 0,
      errmsg: this.message,
      code: this.code,
      codeName: this.codeName,
      ...this.extra,
    };
    if (this.labels.length > 0) reply['errorLabels'] = [...this.labels];
    return reply;
  }
}

/** Two transactions, or a transaction and a plain write, want the same document: the client may try again. */
export function writeConflict(): MongoError {
  return new MongoError(
    112,
    'WriteConflict error: this operation conflicted with another operation. Please retry your operation or multi-document transaction.',
    {},
    ['TransientTransactionError'],
  );
}

/** What the client sees of any thrown value; unexpected ones become InternalError without their stack. */
export function asMongoError(error: unknown): MongoError {
  if (error instanceof MongoError) return error;
  if (error instanceof RangeError && /out of range|outside buffer|maximum call stack/i.test(error.message)) {
    return new MongoError(22, `Invalid BSON: ${error.message}`);
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === 'MingoError') return new MongoError(2, message);
  return new MongoError(1, message);
}

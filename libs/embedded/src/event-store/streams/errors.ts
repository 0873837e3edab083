import { GrpcError, Status } from '../grpc/status.js';

/** EventStoreDB's limit for one append, bytes of its events' type, data and metadata. */
export const MAX_APPEND_BYTES = 1024 * 1024;

/** Names longer than this cannot be stored (the length has two bytes in a record's head). */
export const MAX_NAME_BYTES = 0xffff;

export const streamDeleted = (stream: string): GrpcError =>
  new GrpcError(Status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const wrongExpectedVersion = (stream: string, expected: number, actual: number): GrpcError =>
  new GrpcError(
    Status.FAILED_PRECONDITION,
    `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': String(expected),
      'actual-version': String(actual),
    },
  );

export const appendTooLarge = (): GrpcError =>
  new GrpcError(Status.INVALID_ARGUMENT, `Maximum Append Size of ${MAX_APPEND_BYTES} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(MAX_APPEND_BYTES),
  });

export const missingMetadata = (name: string): GrpcError =>
  new GrpcError(Status.INVALID_ARGUMENT, `Required Metadata Property '${name}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });

export const invalid = (message: string): GrpcError => new GrpcError(Status.INVALID_ARGUMENT, message);
export const unavailable = (message: string): GrpcError => new GrpcError(Status.UNAVAILABLE, message);

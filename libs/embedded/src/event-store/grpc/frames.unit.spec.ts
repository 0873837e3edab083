import fc from 'fast-check';
import { FrameParser, joinFrames } from './frames.js';
import { GrpcError } from './status.js';

describe('gRPC frames', () => {
  it('come out whole however the bytes are cut', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat({ max: 20 })), (sent, cuts) => {
        const bytes = joinFrames(sent.map((message) => Buffer.from(message)));
        const parser = new FrameParser(1000);
        const got: string[] = [];
        let at = 0;
        const push = (end: number): void => {
          parser.push(bytes.subarray(at, end), (message) => got.push(message.toString('hex')));
          at = end;
        };
        for (const cut of cuts) if (at < bytes.length) push(Math.min(bytes.length, at + cut + 1));
        if (at < bytes.length) push(bytes.length);
        expect(got).toEqual(sent.map((message) => Buffer.from(message).toString('hex')));
      }),
    );
  });

  it('refuse a message over the limit by its length alone', () => {
    const head = Buffer.from([0, 0, 0, 4, 0]);
    expect(() => new FrameParser(1000).push(head, () => undefined)).toThrow(GrpcError);
  });
});

import { CannotStart } from './cannot-start.js';
import { publicUrlAt, readOptions } from './options.js';

describe('the options of the standalone run', () => {
  it('come from the command line before the environment', () => {
    expect(readOptions(['--port', '9000'], { PORT: '1' })).toMatchObject({ port: 9000 });
    expect(readOptions([], { PORT: '9001' })).toMatchObject({ port: 9001 });
    expect(readOptions([], {})).toMatchObject({ port: 8080, fresh: false, sample: false });
    expect(() => readOptions(['--port', 'x'], {})).toThrow(CannotStart);
  });

  it('send the links in messages to the port of this run', () => {
    expect(publicUrlAt(9000)).toBe('http://127.0.0.1:9000');
    expect(publicUrlAt(0)).toBeUndefined();
  });
});

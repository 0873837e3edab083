import type { FieldProblem } from '@orderloom/contracts';
import { configurationAggregate, removeEntry, setEntry } from '../configuration/configuration.js';
import { type CustomField, type CustomFields, checkCustom, checkRequired } from './custom-fields.js';

const label = { en: 'x', 'zh-CN': '某' };
const field = (name: string, value: Omit<CustomField, 'label'>) =>
  [name, { name, version: 1, changedAt: null, value: { label, ...value } }] as const;
const fields: CustomFields = new Map([
  field('po', { type: 'text', maxLength: 3, requiredFor: ['b2b'] }),
  field('floor', { type: 'number', min: 0, max: 9 }),
  field('gift', { type: 'boolean' }),
  field('event', { type: 'date' }),
  field('size', { type: 'choice', choices: ['S', 'M'] }),
]);

const check = (values: Record<string, string | number | boolean | null>): string[] => {
  const problems: FieldProblem[] = [];
  checkCustom(fields, values, problems);
  return problems.map(({ path, code }) => `${path} ${code}`);
};

describe('company fields', () => {
  it('take what fits their type, and null to take a value away', () => {
    expect(check({ po: 'abc', floor: 9, gift: true, event: '2026-03-01', size: 'S' })).toEqual([]);
    expect(check({ po: null, size: null })).toEqual([]);
  });

  it('refuse everything else, each with its own code', () => {
    expect(check({ po: 'abcd', floor: 10, gift: 'yes', event: '2026-13-01', size: 'XL', other: 1 })).toEqual([
      'custom.po TOO_LONG',
      'custom.floor TOO_BIG',
      'custom.gift CUSTOM_FIELD_INVALID',
      'custom.event CUSTOM_FIELD_INVALID',
      'custom.size NOT_ONE_OF',
      'custom.other CUSTOM_FIELD_UNKNOWN',
    ]);
    expect(check({ po: 1, floor: -1, event: true })).toEqual([
      'custom.po CUSTOM_FIELD_INVALID',
      'custom.floor TOO_SMALL',
      'custom.event CUSTOM_FIELD_INVALID',
    ]);
  });

  it('are required of the channels that say so', () => {
    const problems: FieldProblem[] = [];
    checkRequired(fields, 'b2b', undefined, problems);
    checkRequired(fields, 'web', undefined, problems);
    checkRequired(fields, 'b2b', { po: 'a' }, problems);
    expect(problems).toEqual([{ path: 'custom.po', code: 'CUSTOM_FIELD_REQUIRED', details: { key: 'po' } }]);
  });
});

describe('settings', () => {
  const at = '2026-03-01T00:00:00.000Z';
  const fold = (
    events: Parameters<typeof configurationAggregate.evolve>[1][],
    from = configurationAggregate.initial(),
  ) => events.reduce((state, event) => configurationAggregate.evolve(state, event, at), from);

  it('count versions, also over a removal, and repeat nothing', () => {
    const one = fold(setEntry({ name: 'a', value: { x: 1, y: { p: 1, q: 2 } } }, fold([])));
    expect(setEntry({ name: 'a', value: { y: { q: 2, p: 1 }, x: 1 } }, one)).toEqual([]);
    const gone = fold(removeEntry({ name: 'a' }, one), one);
    expect(removeEntry({ name: 'a' }, gone)).toEqual([]);
    expect(setEntry({ name: 'a', value: { x: 1, y: { p: 1, q: 2 } } }, gone)).toMatchObject([{ data: { version: 2 } }]);
    expect(setEntry({ name: 'b', value: {}, base: 1 }, gone)).toMatchObject([{ data: { version: 2 } }]);
    expect(() => removeEntry({ name: 'c' }, gone)).toThrow('SETTING_NOT_FOUND');
  });
});

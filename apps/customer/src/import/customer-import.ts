import type { CustomerProfile } from '@orderloom/contracts';
import { isRefused } from '@orderloom/contracts';
import { column, countryCodeOf, defineImport, type ImportDefinition, type ItemOutcome } from '@orderloom/platform';
import { isEmail } from '@orderloom/platform/http/checks';
import { idProblem, MAX_ID } from '../customer/customer-id.js';
import type { ProfileInput, SaveProfiles } from '../profiles/save-profiles.js';

const columns = {
  customerId: column.text({
    required: true,
    max: MAX_ID,
    synonyms: ['customer_id', 'customer', 'customer no', 'customer number', 'id', '客户编号', '客户编码', '客户id'],
  }),
  name: column.text({ synonyms: ['customer name', 'full name', '姓名', '客户名称', '客户姓名'] }),
  company: column.text({ synonyms: ['company name', 'organisation', 'organization', '公司', '公司名称'] }),
  contactName: column.text({ synonyms: ['contact', 'contact name', '联系人'] }),
  contactTitle: column.text({ synonyms: ['title', 'contact title', '职务'] }),
  email: column.text({ synonyms: ['e-mail', 'mail', 'email address', '邮箱', '电子邮件'] }),
  phone: column.text({ synonyms: ['telephone', 'mobile', 'phone number', '电话', '手机', '手机号'] }),
  street: column.text({ synonyms: ['address', 'address1', 'address line 1', 'street address', '地址', '详细地址'] }),
  street2: column.text({ synonyms: ['address2', 'address line 2', '地址2'] }),
  city: column.text({ synonyms: ['town', '城市'] }),
  region: column.text({ synonyms: ['state', 'province', 'county', '省', '省份', '州'] }),
  postalCode: column.text({ synonyms: ['postcode', 'zip', 'zip code', 'postal code', '邮编', '邮政编码'] }),
  country: column.text({ synonyms: ['country code', '国家', '国家/地区'] }),
  locale: column.oneOf(['zh-CN', 'en'], { synonyms: ['language', '语言'] }),
};

type Row = {
  [K in keyof typeof columns]?: string | undefined;
} & { customerId: string };

/** Import of customers: each row is a customer as a whole; the same row again changes nothing. */
export const customerImport = (profiles: SaveProfiles): ImportDefinition =>
  defineImport({
    kind: 'customers',
    columns,
    people: { customer: 'customerId' },
    async handleBatch(items, context): Promise<ItemOutcome[]> {
      const inputs = items.map((item) => inputOf(item.rows[0]!.values as Row, context.importId));
      const good = inputs.filter((input): input is ProfileInput => !('accepted' in input));
      const outcomes = await profiles.saveMany(good, {
        actor: context.actor,
        correlationId: context.correlationId,
        now: new Date().toISOString(),
      });
      await profiles.published(outcomes);
      const settled = new Map(good.map((input, index) => [input, outcomes[index]!]));
      return inputs.map((input): ItemOutcome => {
        if ('accepted' in input) return input;
        const outcome = settled.get(input);
        if (!outcome || outcome.ok) return { accepted: true };
        if (isRefused(outcome.error)) {
          return { accepted: false, code: outcome.error.code, details: outcome.error.details };
        }
        throw outcome.error;
      });
    },
  });

/** What a row says, or why it cannot be taken. */
export function inputOf(row: Row, importId: string): ProfileInput | (ItemOutcome & { accepted: false }) {
  const { customerId, street, street2, city, region, postalCode, country, locale, ...person } = row;
  if (idProblem(customerId)) return invalid('customerId', customerId);
  if (person.email !== undefined && !isEmail(person.email)) return invalid('email', person.email);
  const code = country === undefined ? undefined : countryCodeOf(country);
  if (country !== undefined && code === undefined) return invalid('country', country);
  const address = known({ street, street2, city, region, postalCode, country: code });
  const profile: CustomerProfile = {
    ...known(person),
    ...(Object.keys(address).length > 0 ? { address } : {}),
  };
  return {
    customerId,
    ...(code === undefined ? {} : { country: code }),
    ...(locale === undefined ? {} : { locale: locale as 'zh-CN' | 'en' }),
    profile,
    origin: { importId },
  };
}

const invalid = (name: string, value: string): ItemOutcome & { accepted: false } => ({
  accepted: false,
  code: 'CSV_VALUE_INVALID',
  details: { column: name, value },
});

/** Without what the row leaves empty. */
const known = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));

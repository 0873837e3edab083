import { type Check, finding } from './check.js';
import { isPostalCode, needsPostalCode } from './postal-codes.js';

/** Nobody lives there: what people type to get past a form. */
const NONSENSE = /^(test|asdf|qwert\w*|xxx+|none|n\/?a|abc|[-.?x\s]+|(.)\2{3,})$/i;

/**
 * Whether a parcel could arrive: ADDRESS_INCOMPLETE, POSTAL_CODE_MISSING, POSTAL_CODE_IMPLAUSIBLE, ADDRESS_IMPLAUSIBLE.
 * Gives rules `address.postalArea`, the first two places of the postal code.
 */
export const addressCheck: Check = ({ address, country }) => {
  const findings = [];
  const area = address?.postalCode?.replaceAll(' ', '').slice(0, 2) ?? null;
  if (address !== undefined) {
    const { name, street, city, postalCode } = address;
    const missing = Object.entries({ name, street, city }).flatMap(([field, value]) => (value === '' ? [field] : []));
    if (missing.length > 0) findings.push(finding('address', 'ADDRESS_INCOMPLETE', 'problem', { missing }));
    if (postalCode === undefined) {
      if (needsPostalCode(country)) findings.push(finding('address', 'POSTAL_CODE_MISSING', 'warning', { country }));
    } else if (!isPostalCode(postalCode, country)) {
      findings.push(finding('address', 'POSTAL_CODE_IMPLAUSIBLE', 'problem', { country }));
    }
    const fields = Object.entries({ name, street, city }).flatMap(([field, value]) =>
      NONSENSE.test(value.trim()) ? [field] : [],
    );
    if (fields.length > 0) findings.push(finding('address', 'ADDRESS_IMPLAUSIBLE', 'problem', { fields }));
  }
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  return {
    findings,
    values: { 'address.problems': problems, 'address.country': country, 'address.postalArea': area },
  };
};

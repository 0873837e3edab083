import { type AmendmentPolicy, DEFAULT_AMENDMENT_POLICY } from '../order/amend-policy.js';

/** Injected: who has to agree to which changes. */
export const AMENDMENT_POLICY = Symbol('orderloom.amendment-policy');

const CONSENTS: readonly unknown[] = ['always', 'whenWorse', 'never'];

const fits = (name: keyof AmendmentPolicy, value: unknown): boolean => {
  switch (name) {
    case 'consent':
      return CONSENTS.includes(value);
    case 'approveLaterPayment':
    case 'collectFirst':
      return typeof value === 'boolean';
    case 'approveRefundAbove':
      return value === null || (Number.isSafeInteger(value) && Number(value) >= 0);
    case 'priceLimitPercent':
    case 'approvePriceCutAbovePercent':
      return typeof value === 'number' && value >= 0;
    case 'expiresAfterHours':
      return typeof value === 'number' && value > 0;
    case 'mostOpen':
      return Number.isSafeInteger(value) && Number(value) > 0;
    default:
      return name satisfies never;
  }
};

const isName = (name: string): name is keyof AmendmentPolicy => Object.hasOwn(DEFAULT_AMENDMENT_POLICY, name);

/**
 * Reads the policy from the setting.
 * @throws Error that names what is wrong, so that a typing error does not let changes through
 */
export const policyOf = (text: string): AmendmentPolicy => {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error('AMENDMENT_POLICY must be JSON');
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Error('AMENDMENT_POLICY must be a JSON object');
  }
  for (const [name, value] of Object.entries(given)) {
    if (!isName(name) || !fits(name, value)) {
      throw new Error(`AMENDMENT_POLICY has no ${name} that may be ${JSON.stringify(value)}`);
    }
  }
  return { ...DEFAULT_AMENDMENT_POLICY, ...given };
};

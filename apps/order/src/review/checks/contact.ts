import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { type Check, finding } from './check.js';

const EMAIL = /^[^\s@<>()",;:\\[\]]+@([a-z0-9-]+\.)+[a-z]{2,}$/i;

/** A number that exists in the numbering plan of its country; one without a country code is read as the order's. */
export const isPhone = (phone: string, country: string): boolean => {
  const code = /^[A-Z]{2}$/.test(country) ? (country as CountryCode) : undefined;
  return parsePhoneNumberFromString(phone, code)?.isPossible() === true;
};

/** As many digits as a phone number can have (ITU-T E.164), which is quick to see. */
const mayBePhone = (phone: string): boolean => {
  const digits = phone.replace(/\D+/g, '').length;
  return digits >= 5 && digits <= 15;
};

/** Whether the customer can be reached: CONTACT_MISSING, EMAIL_IMPLAUSIBLE, PHONE_IMPLAUSIBLE. */
export const contactCheck: Check = ({ contact, customerId, address, country, thorough }) => {
  const findings = [];
  const email = contact?.email;
  const phone = contact?.phone ?? address?.phone;
  if (email === undefined && phone === undefined && customerId === undefined) {
    findings.push(finding('contact', 'CONTACT_MISSING', 'problem'));
  }
  if (email !== undefined && !EMAIL.test(email)) findings.push(finding('contact', 'EMAIL_IMPLAUSIBLE', 'problem'));
  if (phone !== undefined && !(thorough ? isPhone(phone, country) : mayBePhone(phone))) {
    findings.push(finding('contact', 'PHONE_IMPLAUSIBLE', 'problem', { country }));
  }
  return { findings, values: { 'contact.problems': findings.length } };
};

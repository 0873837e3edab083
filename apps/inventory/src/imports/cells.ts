/**
 * How lists are written into one cell of a product file, and read from it: `a*2;b`. What is written reads back as it
 * was, whatever characters it holds.
 */

/** Characters that mean something in a list; a backslash before them takes that away. */
const MEANT = /[\\;；*×=:]/g;

/** A text as part of a list. */
export const escaped = (text: string): string => text.replace(MEANT, (character) => `\\${character}`);

/** The text that a part of a list stands for. A backslash before anything else is itself. */
export const plainText = (part: string): string => part.replace(/\\([\\;；*×=:])/g, '$1').trim();

/** Splits at separators that no backslash stands before. */
export const splitAt = (text: string, separators: string): string[] => {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '\\' && at + 1 < text.length) {
      part += character + text[at + 1];
      at += 1;
    } else if (separators.includes(character)) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
};

/** Parts of a list, still escaped, without empty ones. */
export const partsOf = (text: string): string[] =>
  splitAt(text, ';；')
    .map((part) => part.trim())
    .filter(Boolean);

/** A spreadsheet would take a text like this for a formula. */
const FORMULA = /^'*[=+\-@]/;

/** A cell that a spreadsheet shows as it is: what looks like a formula gets an apostrophe in front. */
export const harmless = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Takes that apostrophe off again. */
export const fromHarmless = (text: string): string => (/^'+[=+\-@]/.test(text) ? text.slice(1) : text);

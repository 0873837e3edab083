import { timingSafeEqual } from 'node:crypto';
import { Refused } from '@orderloom/contracts';
import type { MatchKeys } from '../match-keys.js';

/** What a link to answer by stands for. */
export interface AnswerLink {
  orderId: string;
  questionId: string;
}

const PURPOSE = 'answer-link';

/** Signed links by which customers answer without signing in: they name one question and end with it. */
export class AnswerLinks {
  constructor(
    private readonly keys: Pick<MatchKeys, 'sign'>,
    private readonly publicUrl: string,
  ) {}

  /** The token of a question, until `expiresAt` (ISO 8601). */
  tokenOf({ orderId, questionId }: AnswerLink, expiresAt: string): string {
    const until = Math.floor(Date.parse(expiresAt) / 1000).toString(36);
    const text = Buffer.from(JSON.stringify([orderId, questionId, until])).toString('base64url');
    return `${text}.${this.keys.sign(PURPOSE, text)}`;
  }

  urlOf(token: string): string {
    return `${this.publicUrl.replace(/\/+$/, '')}/api/answers/${token}`;
  }

  /** @throws Refused ANSWER_LINK_INVALID, QUESTION_EXPIRED */
  read(token: string, now: string): AnswerLink {
    const [text = '', signature = ''] = token.split('.');
    const expected = Buffer.from(this.keys.sign(PURPOSE, text));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Refused('ANSWER_LINK_INVALID');
    // What is signed was made above.
    const [orderId, questionId, until] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
      string,
      string,
      string,
    ];
    const at = Number.parseInt(until, 36) * 1000;
    if (at <= Date.parse(now)) throw new Refused('QUESTION_EXPIRED', { at: new Date(at).toISOString() });
    return { orderId, questionId };
  }
}

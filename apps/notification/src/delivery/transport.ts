import { createTransport, type Transporter } from 'nodemailer';

/** A message with its recipient. */
export interface Outgoing {
  /** Also the local part of the Message-ID: a mail server that is asked twice can tell. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly locale: string;
}

/** Hands messages to whoever delivers them. */
export interface Transport {
  /** @returns the provider's id. @throws DeliveryRefused when no repetition will help, any other error otherwise */
  send(message: Outgoing): Promise<string>;
  close(): void;
}

/** The provider said no for good: no such mailbox, message refused. */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused';
}

/** Sends nothing: messages stay where they are recorded and are read under `/api/notifications`. */
export const keepingTransport: Transport = {
  send: async ({ id }) => `kept:${id}`,
  close() {},
};

/**
 * Sends by SMTP over a few connections that are kept open.
 * @param url e.g. `smtp://user:password@mail.example.org:587`
 * @param from the sender, e.g. `Orders <orders@example.org>`
 */
export function smtpTransport(url: string, from: string): Transport {
  const pool: Transporter = createTransport(url, {
    pool: true,
    maxConnections: 5,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
  } as object);
  const domain = from.match(/@([^>\s]+)/)?.[1] ?? 'localhost';
  return {
    async send({ id, to, subject, text, locale }) {
      try {
        const sent = await pool.sendMail({
          from,
          // An address object is never parsed for further recipients.
          to: { name: '', address: to },
          subject,
          text,
          messageId: `<${id}@${domain}>`,
          headers: { 'Content-Language': locale, 'Auto-Submitted': 'auto-generated' },
        });
        return String(sent.messageId);
      } catch (error) {
        const code = (error as { responseCode?: number }).responseCode ?? 0;
        // RFC 5321 §4.2.1: 5yz is permanent.
        if (code >= 500 && code < 600) throw new DeliveryRefused((error as Error).message);
        throw error;
      }
    },
    close: () => pool.close(),
  };
}

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

/** Token of the transport. */
export const TRANSPORT = Symbol('orderloom.notification.transport');

/** Hands messages to whoever delivers them. */
export interface Transport {
  /** Sends nothing and can neither refuse nor be away. */
  readonly keeps?: boolean;
  /** @returns the provider's id. @throws DeliveryRefused when no repetition will help, DeliveryDeferred otherwise */
  send(message: Outgoing): Promise<string>;
  close(): void;
}

/** The provider said no for good: no such mailbox, message refused. What it said may repeat the address, so it is not kept. */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused';
}

/** The provider could not be reached, or asked to be tried again later. */
export class DeliveryDeferred extends Error {
  override readonly name = 'DeliveryDeferred';
  /** @param away nobody answered at all, so the next message will not fare better */
  constructor(readonly away: boolean) {
    super();
  }
}

/** Sends nothing: messages stay where they are recorded and are read under `/api/notifications`. */
export const keepingTransport: Transport = {
  keeps: true,
  send: async ({ id }) => keptId(id),
  close() {},
};

/** What stands for the provider's id of a message that was kept. */
export const keptId = (id: string): string => `kept:${id}`;

interface MailError extends Error {
  /** `RCPT TO`, `DATA`, `AUTH …`; `API` when the library itself refused. */
  readonly command?: string;
  readonly code?: string;
  readonly responseCode?: number;
}

/**
 * RFC 5321 §4.2.1: 5yz is permanent. Only where it speaks of the recipient or the message: refused credentials or a
 * refused sender are mended by the operator, and the notices must still be there then.
 */
function isPermanent({ command, code, responseCode = 0 }: MailError): boolean {
  if (command === 'API') return code === 'EENVELOPE';
  return (command === 'RCPT TO' || command === 'DATA') && responseCode >= 500 && responseCode < 600;
}

/**
 * Sends by SMTP over a few connections that are kept open.
 * @param url e.g. `smtp://user:password@mail.example.org:587`
 * @param from the sender, e.g. `Orders <orders@example.org>`
 */
export function smtpTransport(url: string, from: string): Transport {
  const options = {
    url,
    pool: true,
    maxConnections: 5,
    // What was taken by a server that then hung up must not be offered again behind our back.
    maxRequeues: 0,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const pool: Transporter = createTransport(options);
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
        if (isPermanent(error as MailError)) throw new DeliveryRefused();
        throw new DeliveryDeferred((error as MailError).responseCode === undefined);
      }
    },
    close: () => pool.close(),
  };
}

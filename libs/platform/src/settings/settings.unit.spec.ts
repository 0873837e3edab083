import { definePlainSettings, defineSettings } from './common.js';
import { readSettings, SettingsInvalid, type SettingsOf } from './define.js';
import { settingsPage } from './document.js';
import { setting } from './kinds.js';

const spec = defineSettings('demo', {
  PAYMENT_MODE: setting.oneOf(['simulated', 'live'], { default: 'simulated', description: 'How payments are taken.' }),
  RATE: setting.number({ min: 0, max: 1, default: 0.5, description: 'A rate.' }),
  SMTP_URL: setting.url({ schemes: ['smtp', 'smtps'], optional: true, secret: true, description: 'Mail server.' }),
});

const good = {
  ORDERLOOM_ADMIN_TOKEN: 'a-token-long-enough',
  EVENTSTORE_URL: 'esdb://127.0.0.1:2113?tls=false',
  KAFKA_BROKERS: '127.0.0.1:9092, 127.0.0.1:9093',
  MONGODB_URL: 'mongodb://127.0.0.1:27017',
  ORDERLOOM_MASTER_KEY: Buffer.alloc(32).toString('base64'),
};

describe('settings', () => {
  it('reads values by kind, with defaults, counting empty variables as unset', () => {
    const settings: SettingsOf<typeof spec> = readSettings(spec, { ...good, PORT: '8080', RATE: '', SMTP_URL: '' });
    expect(settings).toMatchObject({
      PORT: 8080,
      HOST: '127.0.0.1',
      KAFKA_BROKERS: ['127.0.0.1:9092', '127.0.0.1:9093'],
      PAYMENT_MODE: 'simulated',
      RATE: 0.5,
      LOG_REQUESTS: false,
    });
    expect(settings.SMTP_URL).toBeUndefined();
  });

  it('names every problem at once, and never repeats a secret', () => {
    const env = {
      ...good,
      EVENTSTORE_URL: '',
      PORT: '70000',
      RATE: 'x',
      PAYMENT_MODE: 'cash',
      MONGODB_URL: 'http://x',
      SMTP_URL: 'secret',
    };
    try {
      readSettings(spec, { ...env, ORDERLOOM_ADMIN_TOKEN: 'short-secret' });
      throw new Error('was accepted');
    } catch (error) {
      if (!(error instanceof SettingsInvalid)) throw error;
      expect(error.problems).toEqual([
        expect.stringMatching(/^PORT must be at most 65535/),
        expect.stringMatching(/^ORDERLOOM_ADMIN_TOKEN must be at least 16/),
        expect.stringMatching(/^EVENTSTORE_URL is required/),
        expect.stringMatching(/^MONGODB_URL must start with mongodb:\/\/ or/),
        'PAYMENT_MODE must be one of simulated, live, not "cash"',
        'RATE must be a number, not "x"',
        expect.stringMatching(/^SMTP_URL must be/),
      ]);
      expect(error.message).not.toContain('secret');
    }
  });

  it('asks a program without engines for none', () => {
    const plain = definePlainSettings('gate', {});
    expect(readSettings(plain, { ORDERLOOM_ADMIN_TOKEN: good.ORDERLOOM_ADMIN_TOKEN }).PORT).toBe(0);
  });

  it('accepts one master key or several versions', () => {
    const key = good.ORDERLOOM_MASTER_KEY;
    for (const text of [key, `1:${key}`, `2:${key},1:${key}`]) {
      expect(readSettings(spec, { ...good, ORDERLOOM_MASTER_KEY: text }).ORDERLOOM_MASTER_KEY).toBe(text);
    }
    for (const text of ['short', `${key}${key}`, `x:${key}`]) {
      expect(() => readSettings(spec, { ...good, ORDERLOOM_MASTER_KEY: text })).toThrow(SettingsInvalid);
    }
  });

  it('is documented: common settings once, own settings by service, secrets without values', () => {
    const page = settingsPage([spec]);
    expect(page).toContain('| `EVENTSTORE_URL` |');
    expect(page.match(/`EVENTSTORE_URL`/g)).toHaveLength(1);
    expect(page).toMatch(/## demo[\s\S]*`PAYMENT_MODE` \| `simulated`, `live` \| `simulated`/);
  });
});

import { binaryEvent } from '@eventstore/db-client';
import { ids, pause, type Question } from './asking.js';

const link = (address: string) => binaryEvent({ type: '$>', data: Buffer.from(address) });

/** `$ce-` streams and links. */
export const linking: Record<string, Question> = {
  'links: $ce-category, resolved and not': async (ask) => {
    const category = `cat${ids().replaceAll('-', '')}`;
    await ask.append(`${category}-1`, ask.event('A'));
    await ask.append(`${category}-2`, ask.event('B'));
    // A server with projections writes the links a little later.
    for (let round = 0; round < 40; round += 1) {
      const links = await ask.read(`$ce-${category}`);
      if (Array.isArray(links) && links.length === 2) break;
      await pause(250);
    }
    return {
      links: await ask.read(`$ce-${category}`),
      resolved: await ask.read(`$ce-${category}`, { resolveLinkTos: true }),
    };
  },
  'a link written by hand': async (ask) => {
    const stream = await ask.having('A', 'B');
    const links = ask.name('link');
    await ask.client.appendToStream(links, link(`1@${stream}`));
    const seen: unknown[] = [];
    for await (const resolved of ask.client.readStream(links, { resolveLinkTos: true })) {
      seen.push({
        event: `${resolved.event?.type}@${Number(resolved.event?.revision)}`,
        link: resolved.link ? `${resolved.link.type}@${Number(resolved.link.revision)}` : null,
      });
    }
    return seen;
  },
  'a link to nothing': async (ask) => {
    const links = ask.name('link');
    await ask.client.appendToStream(links, link(`9@${ask.name()}`));
    const seen: unknown[] = [];
    for await (const resolved of ask.client.readStream(links, { resolveLinkTos: true })) {
      seen.push({ event: resolved.event?.type ?? null, link: resolved.link?.type ?? null });
    }
    return seen;
  },
};

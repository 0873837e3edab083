import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback whose link can be made bad. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** `host:port` of the proxy. */
  readonly address: string;
  /** Links open now. */
  readonly links: number;
  /** Everything passes again, also what was held back. */
  heal(): void;
  /** Connections stay open and swallow every byte, both ways, until healed: a black hole. */
  blackHole(): void;
  /** Every byte is late by `ms`. */
  delay(ms: number): void;
  /** Cuts every open link at once (TCP reset). */
  cut(): void;
  /** Cuts every link and refuses new ones until healed. */
  refuse(): void;
  close(): Promise<void>;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  /** Gives back the bytes that were held while the link was a black hole. */
  flush(): void;
}

/**
 * Puts a proxy before a server, for fault tests.
 * @param target `host:port` of the server
 * @param port of the proxy; a free one by default
 */
export const startFaultProxy = async (target: string, port = 0): Promise<FaultProxy> => {
  const at = target.lastIndexOf(':');
  const host = target.slice(0, at);
  const targetPort = Number(target.slice(at + 1));
  const links = new Set<Link>();
  let mode: 'pass' | 'hole' | 'refuse' = 'pass';
  let lateMs = 0;

  const pipe = (from: Socket, to: Socket): (() => void) => {
    const held: Buffer[] = [];
    const write = (chunk: Buffer) => {
      if (!to.destroyed) to.write(chunk);
    };
    const pass = (chunk: Buffer) => {
      if (mode === 'hole') held.push(chunk);
      else write(chunk);
    };
    from.on('data', (chunk: Buffer) => {
      if (lateMs > 0) setTimeout(() => pass(chunk), lateMs);
      else pass(chunk);
    });
    return () => {
      for (const chunk of held.splice(0)) write(chunk);
    };
  };

  const server: Server = createServer({ allowHalfOpen: false }, (near) => {
    if (mode === 'refuse') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ host, port: targetPort });
    near.setNoDelay(true);
    far.setNoDelay(true);
    const out = pipe(near, far);
    const back = pipe(far, near);
    const link: Link = {
      near,
      far,
      flush: () => {
        out();
        back();
      },
    };
    links.add(link);
    const end = () => {
      // A black hole does not tell either side that the other is gone.
      if (mode === 'hole') return;
      links.delete(link);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      socket.on('error', end);
      socket.on('close', end);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;

  const cutAll = () => {
    for (const { near, far } of links) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    links.clear();
  };

  return {
    host: '127.0.0.1',
    port: listening,
    address: `127.0.0.1:${listening}`,
    get links() {
      return links.size;
    },
    heal() {
      mode = 'pass';
      lateMs = 0;
      for (const link of links) {
        if (link.near.destroyed || link.far.destroyed) {
          link.near.destroy();
          link.far.destroy();
          links.delete(link);
        } else link.flush();
      }
    },
    blackHole() {
      mode = 'hole';
    },
    delay(ms) {
      lateMs = ms;
    },
    cut: cutAll,
    refuse() {
      mode = 'refuse';
      cutAll();
    },
    async close() {
      cutAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

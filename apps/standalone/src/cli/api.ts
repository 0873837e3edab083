import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A refusal or outage, as a sentence for the person at the terminal. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
}

/** Calls the platform's HTTP interface with the caller's token and language. */
export class Api {
  constructor(
    readonly url: string,
    private readonly token: string,
    private readonly language: string,
  ) {}

  /** Where to find a running platform: options over the environment over what a standalone run left in its folder. */
  static find(options: { url?: string | undefined; token?: string | undefined }, env: NodeJS.ProcessEnv): Api {
    const url = options.url ?? env['ORDERLOOM_URL'] ?? `http://127.0.0.1:${env['PORT'] || 8080}`;
    const kept = join(env['ORDERLOOM_DATA'] || '.orderloom', 'admin-token');
    const token =
      options.token ?? env['ORDERLOOM_ADMIN_TOKEN'] ?? (existsSync(kept) ? readFileSync(kept, 'utf8').trim() : '');
    if (token === '') throw new CallFailed('No token: name one with --token or ORDERLOOM_ADMIN_TOKEN.');
    return new Api(
      url.replace(/\/$/, ''),
      token,
      (env['LC_ALL'] ?? env['LANG'] ?? 'en').startsWith('zh') ? 'zh-CN' : 'en',
    );
  }

  /** @throws CallFailed with the server's own sentence */
  async call(
    path: string,
    init: { method?: string; body?: RequestInit['body']; type?: string } = {},
  ): Promise<Response> {
    const { method = 'GET', body, type = 'application/json' } = init;
    let response: Response;
    try {
      response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          'accept-language': this.language,
          ...(body === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined ? {} : { body, duplex: 'half' }),
      } as RequestInit);
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code;
      throw new CallFailed(`Nothing answers at ${this.url}${cause ? ` (${cause})` : ''}. Is the platform running?`);
    }
    if (response.ok) return response;
    const text = await response.text();
    throw new CallFailed(sentenceOf(text) ?? `${path} answered ${response.status}.`);
  }

  async json<T>(path: string, init: { method?: string; body?: string } = {}): Promise<T> {
    return (await this.call(path, init)).json() as Promise<T>;
  }
}

function sentenceOf(text: string): string | undefined {
  try {
    const problem = JSON.parse(text) as { detail?: string; code?: string; fields?: { path: string; detail: string }[] };
    const fields = (problem.fields ?? []).map(({ path, detail }) => `\n  ${path}: ${detail}`).join('');
    return problem.detail ? `${problem.detail} (${problem.code})${fields}` : undefined;
  } catch {
    return undefined;
  }
}

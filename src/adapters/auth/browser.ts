/** A browser for tests: keeps cookies, sends the origin, speaks JSON. */
export type Browser = {
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** A request elsewhere in the product, with this browser's cookies. */
  request(headers?: Record<string, string>): Request;
};
// biome-ignore lint/suspicious/noExplicitAny: answers differ per path
export type Answer = { status: number; body: any };

export function browser(handler: (request: Request) => Promise<Response>, origin: string): Browser {
  const jar = new Map<string, string>();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const send = async (method: string, path: string, body: unknown, headers: Record<string, string>) => {
    const response = await handler(
      new Request(`${origin}/api/auth${path}`, {
        method,
        headers: { 'content-type': 'application/json', origin, cookie: cookie(), ...headers },
        ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
      }),
    );
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      if (attributes.some((attribute) => /max-age=0/i.test(attribute))) jar.delete(name.trim());
      else jar.set(name.trim(), value.join('='));
    }
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
  };
  return {
    post: (path, body, headers = {}) => send('POST', path, body, headers),
    get: (path) => send('GET', path, undefined, {}),
    request: (headers = {}) => new Request(`${origin}/api/me`, { headers: { cookie: cookie(), ...headers } }),
  };
}

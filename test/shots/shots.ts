/**
 * `npm run shots`: every page of the demo as a picture, in `shots/`, with an index to look through.
 * `--url` photographs a running demo instead of starting one, `--only <words,words>` those screens whose name has one of them,
 * `--look "phone en"` those looks, `--quick` Chinese and light. The pages are those of `dist/web`: build them first.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { demoId } from '../../src/demo/index.ts';
import { chromium } from '../harness/browser.ts';
import { password, type Screen, screens } from './screens.ts';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, 'shots');
/** A whole procedure is as long as a book; its beginning shows enough. */
const TALLEST = 4_000;
const { values: options } = parseArgs({
  options: { url: { type: 'string' }, only: { type: 'string' }, look: { type: 'string' }, quick: { type: 'boolean' } },
});

type Look = { language: 'zh-TW' | 'en'; theme: 'light' | 'dark'; width: number; height: number; word: string };
const sizes = [
  { width: 1440, height: 900, word: 'desk' },
  { width: 390, height: 844, word: 'phone' },
];
const looks: Look[] = sizes
  .flatMap((size) =>
    (['zh-TW', 'en'] as const).flatMap((language) =>
      (['light', 'dark'] as const).map((theme) => ({ ...size, language, theme })),
    ),
  )
  .filter(({ word, language, theme }) => `${word} ${language} ${theme}`.includes(options.look ?? ''))
  .filter(({ language, theme }) => !options.quick || (language === 'zh-TW' && theme === 'light'));

type Running = { url: string; stop(): void };

/** `ancheng demo` or `ancheng start` in a folder of its own. */
async function start(command: 'demo' | 'start'): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), `ancheng-shots-${command}-`));
  chmodSync(folder, 0o755);
  const args = [
    join(ROOT, 'bin/ancheng.js'),
    command,
    '--data',
    join(folder, 'data'),
    '--port',
    String(await freePort()),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await ready(child);
  return {
    url,
    stop() {
      child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      child.kill('SIGTERM');
    },
  };
}

/** A port nobody has now: sign-in is bound to the address people open, so it must be known before. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const ready = (child: ChildProcess) =>
  new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout!.on('data', (chunk) => {
      said += chunk;
      const found = /Ancheng is ready:\s+(http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });

type Cookie = { name: string; value: string; url: string };

async function signIn(url: string, who: string): Promise<Cookie[]> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, 'x-activity': 'user' },
    body: JSON.stringify({ email: `${who}@demo.example`, password }),
  });
  if (!answer.ok) throw new Error(`${who} cannot sign in: ${answer.status} ${await answer.text()}`);
  return answer.headers.getSetCookie().map((cookie) => {
    const [pair = ''] = cookie.split(';');
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
  });
}

async function contextOf(browser: Browser, look: Look, cookies: Cookie[]): Promise<BrowserContext> {
  const { width, height, language, theme } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language,
    timezoneId: 'Asia/Taipei',
    colorScheme: theme,
    ...(look.word === 'phone' ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
  });
  await context.addCookies(cookies);
  await context.addInitScript(
    ([to, colour]) => {
      localStorage.setItem('language', to!);
      localStorage.setItem('theme', colour!);
    },
    [language, theme],
  );
  return context;
}

type Shot = { screen: string; look: Look; file: string; wide?: number; problems: string[] };

async function photograph(page: Page, base: string, screen: Screen, look: Look): Promise<Shot> {
  const problems: string[] = [];
  const hear = (message: { type(): string; text(): string }) => {
    if (message.type() === 'error') problems.push(message.text());
  };
  const fail = (error: Error) => problems.push(error.message);
  page.on('console', hear);
  page.on('pageerror', fail);
  const lastMonth = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  await page
    .goto(base + screen.path.replace('@LAST_MONTH@', lastMonth), { waitUntil: 'networkidle', timeout: 20_000 })
    .catch(fail);
  for (const pressed of [screen.click ?? []].flat()) {
    await page.locator(pressed).first().click({ timeout: 5_000 }).catch(fail);
    await page.waitForTimeout(700);
  }
  const file = `${screen.name}.${look.word}.${look.language}.${look.theme}.png`;
  const tall = await page.evaluate(() => document.documentElement.scrollHeight).catch(() => look.height);
  const clip = { x: 0, y: 0, width: look.width, height: Math.min(tall, TALLEST) };
  await page.screenshot({ path: join(OUT, file), fullPage: true, clip, animations: 'disabled' }).catch(fail);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth).catch(() => undefined);
  page.off('console', hear);
  page.off('pageerror', fail);
  return { screen: screen.name, look, file, ...(wide && wide > look.width ? { wide } : {}), problems };
}

/** A printed page is a file, not a page of the browser. */
async function savePrint(base: string, screen: Screen, cookies: Cookie[]): Promise<void> {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const answer = await fetch(base + screen.path, { headers: { cookie } });
  if (!answer.ok) throw new Error(`${screen.path}: ${answer.status} ${await answer.text()}`);
  writeFileSync(join(OUT, `${screen.name}.pdf`), Buffer.from(await answer.arrayBuffer()));
}

function indexPage(shots: Shot[]): string {
  const rows = [...Map.groupBy(shots, (shot) => shot.screen)].map(([screen, of]) => {
    const pictures = of.map(({ file, look, wide, problems }) => {
      const told = [...(wide ? [`${wide} px wide`] : []), ...problems].join('; ');
      return `<figure><a href="${file}"><img loading="lazy" src="${file}" height="220"></a><figcaption>${look.word} ${look.language} ${look.theme} <b>${escaped(told)}</b></figcaption></figure>`;
    });
    return `<h2>${screen}</h2><div>${pictures.join('')}</div>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Shots</title><style>body{font:14px sans-serif}div{display:flex;flex-wrap:wrap;gap:8px}figure{margin:0}figcaption{max-width:320px}b{color:#a00}img{border:1px solid #ccc}</style>${rows.join('\n')}`;
}

const escaped = (words: string) => words.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);

mkdirSync(OUT, { recursive: true });
const words = (options.only ?? '').split(',');
const wanted = screens(demoId).filter(({ name }) => words.some((word) => name.includes(word)));
if (wanted.length === 0) throw new Error(`no screen's name has any of: ${words.join(' ')}`);
const demo: Running = options.url ? { url: options.url, stop() {} } : await start('demo');
const empty = wanted.some((screen) => screen.setup) ? await start('start') : undefined;
const browser = await chromium();
const shots: Shot[] = [];
try {
  const cookies = new Map<string, Cookie[]>([['', []]]);
  for (const who of new Set(wanted.map((screen) => screen.who ?? '')))
    if (who) cookies.set(who, await signIn(demo.url, who));
  for (const screen of wanted.filter(({ path }) => path.endsWith('.pdf')))
    await savePrint(demo.url, screen, cookies.get(screen.who ?? '')!);
  const pages = wanted.filter(({ path }) => !path.endsWith('.pdf'));
  for (const look of looks) {
    for (const [who, of] of Map.groupBy(pages, (screen) => screen.who ?? '')) {
      const context = await contextOf(browser, look, cookies.get(who)!);
      const page = await context.newPage();
      for (const screen of of) shots.push(await photograph(page, (screen.setup ? empty : demo)!.url, screen, look));
      await context.close();
    }
    console.log(`${look.word} ${look.language} ${look.theme}: ${pages.length}`);
  }
} finally {
  await browser.close();
  demo.stop();
  empty?.stop();
}
writeFileSync(join(OUT, 'index.html'), indexPage(shots));
for (const { file, wide, problems } of shots) {
  if (wide || problems.length > 0)
    console.log(`${file}: ${[...(wide ? [`${wide} px wide`] : []), ...problems].join('; ').slice(0, 300)}`);
}
console.log(`${shots.length} pictures in ${OUT}`);

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { PATIENCE_MS } from './patience.ts';

/**
 * A headless browser: `CHROMIUM_PATH`, else the system's Chromium, else the one npm installed. Close it in `afterAll`.
 * Pages speak Taiwanese Chinese and the zone of Taipei unless a context says otherwise.
 */
export async function chromium(): Promise<Browser> {
  const system = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path && existsSync(path));
  const executablePath = system ?? (await packagedChromium());
  const browser = await playwright.launch({ executablePath, headless: true, args: FLAGS });
  return browser.on('context', (context) => context.setDefaultTimeout(PATIENCE_MS));
}

/** How a context of an office's computer looks: `browser.newContext(office)`. Nothing moves: what fades is no colour to judge. */
export const office = {
  locale: 'zh-TW',
  timezoneId: 'Asia/Taipei',
  viewport: { width: 1280, height: 900 },
  reducedMotion: 'reduce',
} as const;

/** Root needs no-sandbox; without the background flags a browser calls home, which closed networks refuse noisily. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function packagedChromium(): Promise<string> {
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}

/** One thing WCAG 2.1 AA asks for and the page lacks. */
export type AxeViolation = { rule: string; impact: string; help: string; where: string[] };

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Runs axe on the page as it is now (WCAG 2.1 A and AA); an empty list is what a test expects. */
export async function runAxe(page: Page, within?: string): Promise<AxeViolation[]> {
  // Evaluated rather than added as a script: the page's own content policy stands.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(readFileSync(axePath, 'utf8'));
  return page.evaluate(async (scope) => {
    type Node = { target: string[] };
    type Result = { id: string; impact: string | null; help: string; nodes: Node[] };
    type Axe = { run(scope: unknown, options: unknown): Promise<{ violations: Result[] }> };
    const { axe } = globalThis as unknown as { axe: Axe };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
    const { violations } = await axe.run(scope ?? document, { runOnly: { type: 'tag', values: tags } });
    return violations.map(({ id, impact, help, nodes }) => ({
      rule: id,
      impact: impact ?? '',
      help,
      where: nodes.map(({ target }) => target.join(' ')),
    }));
  }, within);
}

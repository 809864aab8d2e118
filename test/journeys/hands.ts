import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { PASSWORD } from '../db/office.ts';

/** What hands do on a form: each control the way a person works it. */

/** The record page, when everything on it has come. */
export async function openRecord(page: Page, id: string): Promise<void> {
  await page.goto(`/records/${id}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('#course li').first().waitFor();
}

export const write = (within: Locator | Page, label: string, words: string) =>
  within.getByRole('textbox', { name: called(label) }).fill(words);

/** A label as it reads, required or not. */
const called = (label: string) => new RegExp(`^${label.replace(/[()（）／]/g, '.')}(＊.*| .*)?$`);

/** One of a few in sight. */
export const pick = (within: Locator | Page, label: string, option: string) =>
  within
    .getByRole('radiogroup', { name: called(label) })
    .getByText(option, { exact: true })
    .click();

/** One of a list that opens. */
export async function choose(page: Page, within: Locator | Page, label: string, option: string): Promise<void> {
  await within.getByRole('button', { name: new RegExp(`${label}$`) }).click();
  await page.getByRole('option', { name: option }).click();
}

/** A person or a record, found by typing part of its name. */
export async function find(page: Page, within: Locator | Page, label: string, words: string): Promise<void> {
  await within.getByRole('combobox', { name: called(label) }).fill(words);
  await page.getByRole('option', { name: words }).first().click();
  await page.getByRole('listbox').waitFor({ state: 'detached' });
}

/** A date or a moment, part by part: `115 11 02 09 00`. */
export async function date(page: Page, within: Locator | Page, label: string, parts: string): Promise<void> {
  await typeParts(page, within.getByRole('group', { name: called(label) }).getByRole('spinbutton'), parts);
}

export async function typeParts(page: Page, spins: Locator, parts: string): Promise<void> {
  for (const [place, part] of parts.split(' ').entries()) {
    await spins.nth(place).focus();
    await page.keyboard.type(part);
    await expect.poll(() => spins.nth(place).getAttribute('aria-valuenow')).toBe(String(Number(part)));
  }
}

/** Chooses a file and waits until it is there: while it is on its way only its name shows. */
export async function attach(
  within: Locator | Page,
  label: string,
  file: { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  const place = within.getByRole('group', { name: called(label) });
  await place.locator('input[type=file]').first().setInputFiles(file);
  await place.getByRole('link', { name: file.name }).waitFor();
}

/** Does something that the page tells of for five seconds: watched for within the page from before, so that a busy machine misses nothing. */
export async function tells(page: Page, words: string, act: () => Promise<unknown>): Promise<void> {
  const said = page.waitForFunction((text) => document.querySelector('.toasts')?.textContent?.includes(text), words);
  await act();
  await said;
}

/** Presses the action; in its dialog answers what it asks and proves who it is again. */
export async function seal(page: Page, label: string, answers: Record<string, string> = {}): Promise<void> {
  await page
    .getByRole('button', { name: called(label) })
    .first()
    .click();
  await signDialog(page, `簽核：${label}`, answers);
}

export async function signDialog(page: Page, button: string, answers: Record<string, string> = {}): Promise<void> {
  const dialog = page.getByRole('dialog');
  for (const [field, words] of Object.entries(answers)) await write(dialog, field, words);
  await dialog.getByLabel('密碼').fill(PASSWORD);
  await dialog.getByRole('button', { name: button }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** An entry of the menu 更多. */
export async function more(page: Page, entry: string): Promise<Locator> {
  await page.getByRole('button', { name: '更多' }).click();
  await page.getByRole('menuitem', { name: entry }).click();
  return page.getByRole('dialog');
}

import i18next from 'i18next';
import { useSyncExternalStore } from 'react';
import type { Text } from '../src/kernel/text.ts';
import type zh from './messages/zh-TW.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof zh };
    returnNull: false;
  }
}

export type Language = 'zh-TW' | 'en';
const languages: Record<Language, () => Promise<{ default: object }>> = {
  'zh-TW': () => import('./messages/zh-TW.json'),
  en: () => import('./messages/en.json'),
};

/** The words of the screen, by key; keys are checked by the compiler against `messages/zh-TW.json`. */
export const t = i18next.t.bind(i18next) as typeof i18next.t;

/** What a pack or the server says, in the reader's language. */
export const say = (text: Text): string => (language() === 'en' ? text.en || text.zh : text.zh || text.en);

/** What stands between the members of a list: `王、李`, `Wang, Lee`. */
export const comma = (): string => (language() === 'en' ? ', ' : '、');

export const language = (): Language => (i18next.language === 'en' ? 'en' : 'zh-TW');

/** Loads the stored language, else the browser's; only that language's words travel. */
export async function startLanguage(): Promise<void> {
  const wanted: Language = stored() ?? (navigator.language.startsWith('zh') ? 'zh-TW' : 'en');
  await i18next.init({ lng: wanted, interpolation: { escapeValue: false }, returnNull: false });
  await loadWords(wanted);
}

/** Switches every text on the page; drafts survive because they are kept outside the components. */
export async function switchLanguage(to: Language): Promise<void> {
  localStorage.setItem('language', to);
  await loadWords(to);
}

/** The current language; the root is drawn anew when it changes. */
export function useLanguage(): Language {
  return useSyncExternalStore((changed) => {
    i18next.on('languageChanged', changed);
    return () => i18next.off('languageChanged', changed);
  }, language);
}

async function loadWords(of: Language): Promise<void> {
  const words = await languages[of]();
  i18next.addResourceBundle(of, 'translation', words.default);
  await i18next.changeLanguage(of);
  document.documentElement.lang = of === 'en' ? 'en' : 'zh-Hant-TW';
}

function stored(): Language | undefined {
  const value = localStorage.getItem('language');
  return value === 'zh-TW' || value === 'en' ? value : undefined;
}

/** What a record is called, in the reader's language where the platform made the title. */
export const titled = (record: { title: string; titleEn?: string }): string =>
  (language() === 'en' ? record.titleEn : undefined) ?? record.title;

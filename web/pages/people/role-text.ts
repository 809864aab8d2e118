import i18next from 'i18next';
import { t } from '../../language.ts';
import type zh from '../../messages/zh-TW.json';

/** What a role does, in plain words; undefined for a role a pack brought along without our explanation. */
export function roleText(role: string): string | undefined {
  return i18next.exists(`roleText.${role}`) ? t(`roleText.${role as keyof typeof zh.roleText}`) : undefined;
}

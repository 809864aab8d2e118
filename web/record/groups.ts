import i18next from 'i18next';
import { t } from '../language.ts';
import type zh from '../messages/zh-TW.json';

/** What a group of types is called; a group only its pack knows keeps its own name. */
export function groupLabel(group: string): string {
  return i18next.exists(`group.${group}`) ? t(`group.${group as keyof typeof zh.group}`) : group;
}

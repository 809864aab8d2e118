import type { ComponentType } from 'react';
import { NotFound } from '../shell/not-found.tsx';

/** Pages that come as folders of their own; without the file the address is not found and the navigation does not offer it. */
const others = import.meta.glob<{ default: ComponentType }>(
  './{procedure,parameters,people,trail,setup,import,populations}/*.tsx',
);

/** `hasPage('trail/page')` */
export const hasPage = (file: string): boolean => `./${file}.tsx` in others;

export const otherPage = (file: string): (() => Promise<{ default: ComponentType }>) =>
  others[`./${file}.tsx`] ?? (async () => ({ default: NotFound }));

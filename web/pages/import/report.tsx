import i18next from 'i18next';
import { t } from '../../language.ts';
import type zh from '../../messages/zh-TW.json';
import { Pill, type Tone } from '../../ui/bits.tsx';

const tones: Record<string, Tone> = {
  new: 'info',
  reopened: 'bad',
  closed: 'ok',
  same: 'plain',
  covered: 'ok',
  uncovered: 'warn',
  unmatched: 'warn',
  refused: 'bad',
  critical: 'bad',
  high: 'bad',
  medium: 'warn',
  detections: 'bad',
};

/** Results told exactly: one figure per kind of outcome, zero included where it means something. */
export function Counts({ counts }: { counts: Record<string, number> }) {
  return (
    <ul className="count-list">
      {inOrder(counts).map(([kind, count]) => (
        <li key={kind}>
          <strong>{count.toLocaleString()}</strong>
          <Pill tone={count > 0 ? (tones[kind] ?? 'plain') : 'plain'}>{countWord(kind)}</Pill>
        </li>
      ))}
    </ul>
  );
}

/** Worst first; kinds without a place of their own follow as they come. */
const order = ['new', 'reopened', 'closed', 'same', 'critical', 'high', 'medium', 'low', 'info'];
const placeOf = (kind: string): number => (order.includes(kind) ? order.indexOf(kind) : order.length);
export const inOrder = (counts: Record<string, number>): [string, number][] =>
  Object.entries(counts).sort(([a], [b]) => placeOf(a) - placeOf(b));

/** A kind this page has no word for keeps its own name rather than being left out. */
export function countWord(kind: string): string {
  return i18next.exists(`counts.${kind}`) ? t(`counts.${kind as keyof typeof zh.counts}`) : kind.replaceAll('_', ' ');
}

export const severityTone = (severity: string): Tone => tones[severity] ?? 'plain';

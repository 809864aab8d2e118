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
      {Object.entries(counts).map(([kind, count]) => (
        <li key={kind}>
          <strong>{count.toLocaleString()}</strong>
          <Pill tone={count > 0 ? (tones[kind] ?? 'plain') : 'plain'}>{countWord(kind)}</Pill>
        </li>
      ))}
    </ul>
  );
}

/** A kind this page has no word for keeps its own name rather than being left out. */
export function countWord(kind: string): string {
  return i18next.exists(`counts.${kind}`) ? t(`counts.${kind as keyof typeof zh.counts}`) : kind.replaceAll('_', ' ');
}

export const severityTone = (severity: string): Tone => tones[severity] ?? 'plain';

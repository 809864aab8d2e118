import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Api, Uploaded } from '../../../src/http/contract.ts';
import { comma, say, t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { recordsOf } from '../../record/sources.ts';
import { showMoment, today } from '../../time.ts';
import { Alert, Card, Pill, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { DateControl } from '../../ui/date.tsx';
import { PickerControl } from '../../ui/picker.tsx';
import { Counts, countWord, severityTone } from './report.tsx';

type Preview = Awaited<ReturnType<Api['scans']['preview']>>;
type Chosen = { id: string; name: string };
export type Settings = {
  targets: Record<string, string>;
  patchedOn?: string;
  system?: string;
  release?: string;
};
type Props = {
  file: Uploaded;
  preview: Preview;
  busy: boolean;
  error: unknown;
  onImport(settings: Settings): void;
  onCancel(): void;
};
const nothing: Chosen = { id: '', name: '' };

/** What is in the report, which of our hosts each target is, and what the office adds: patch date, system, release. */
export function PreviewForm({ file, preview, busy, error, onImport, onCancel }: Props) {
  const [hosts, setHosts] = useState<Record<string, Chosen>>(() =>
    Object.fromEntries(preview.targets.flatMap((target) => (target.host ? [[target.name, target.host]] : []))),
  );
  const [patchedOn, setPatchedOn] = useState('');
  const [system, setSystem] = useState(nothing);
  const [release, setRelease] = useState(nothing);
  const isManifest = preview.tool === 'sha256sum';
  const matched = preview.targets.filter((target) => hosts[target.name]?.id);
  const left = preview.targets.length - matched.length;
  const why =
    matched.length === 0 ? t('scan.matchFirst') : isManifest && !release.id ? t('scan.releaseFirst') : undefined;
  return (
    <>
      <Card
        title={file.name}
        aside={
          <span className="sub">
            {[preview.tool, preview.toolVersion].filter(Boolean).join(' ')}
            {preview.finishedAt && ` · ${t('scan.finished', { at: showMoment(preview.finishedAt) })}`}
          </span>
        }
      >
        <Counts counts={preview.counts} />
        {preview.refused.length > 0 && (
          <Alert tone="warn">
            <strong>{t('scan.incomplete')}</strong>
            {preview.refused.map((refusal) => (
              <div key={refusal.message.en}>{say(refusal.message)}</div>
            ))}
          </Alert>
        )}
      </Card>
      <Card
        title={t('scan.targets')}
        aside={
          <Pill tone={left > 0 ? 'warn' : 'ok'}>
            {t('scan.matched', { count: matched.length, all: preview.targets.length })}
          </Pill>
        }
      >
        {left > 0 && <p className="sub">{t('scan.unmatchedText')}</p>}
        <Targets preview={preview} hosts={hosts} onChange={setHosts} />
      </Card>
      {preview.observations.length > 0 && <Observations preview={preview} />}
      <Card title={t('scan.context')}>
        {isManifest ? (
          <Release value={release} onChange={setRelease} />
        ) : (
          <>
            <DateControl
              label={t('scan.patchedOn')}
              help={t('scan.patchedOnHelp')}
              max={today()}
              value={patchedOn}
              onChange={setPatchedOn}
            />
            <PickerControl
              label={t('scan.system')}
              help={t('scan.systemHelp')}
              source={recordsOf('system')}
              value={system.id}
              name={system.name}
              onChange={(id, name) => setSystem({ id, name })}
            />
          </>
        )}
        {error !== null && error !== undefined && <Problem error={error} />}
        <div className="row card-actions">
          <Button
            look="go"
            busy={busy}
            why={why}
            onPress={() => onImport(settings({ hosts, patchedOn, system, release }))}
          >
            {t('scan.import', { count: matched.length })}
          </Button>
          <Button look="quiet" onPress={onCancel}>
            {t('scan.other')}
          </Button>
        </div>
      </Card>
    </>
  );
}

function settings(of: { hosts: Record<string, Chosen>; patchedOn: string; system: Chosen; release: Chosen }): Settings {
  const matched = Object.entries(of.hosts).filter(([, host]) => host.id);
  return {
    targets: Object.fromEntries(matched.map(([target, host]) => [target, host.id])),
    ...(of.patchedOn && { patchedOn: of.patchedOn }),
    ...(of.system.id && { system: of.system.id }),
    ...(of.release.id && { release: of.release.id }),
  };
}

function Targets({
  preview,
  hosts,
  onChange,
}: {
  preview: Preview;
  hosts: Record<string, Chosen>;
  onChange(next: Record<string, Chosen>): void;
}) {
  return (
    <table className="data cards targets">
      <thead>
        <tr>
          <th>{t('scan.target')}</th>
          <th>{t('scan.host')}</th>
          <th className="num">{t('scan.findings')}</th>
        </tr>
      </thead>
      <tbody>
        {preview.targets.map((target) => (
          <tr key={target.name}>
            <td>
              <code>{target.name}</code>
            </td>
            <td>
              <PickerControl
                label={t('scan.hostOf', { target: target.name })}
                layout="bare"
                source={recordsOf('host')}
                value={hosts[target.name]?.id ?? ''}
                name={hosts[target.name]?.name ?? ''}
                onChange={(id, name) => onChange({ ...hosts, [target.name]: { id, name } })}
              />
            </td>
            <td className="num" data-label={t('scan.findings')}>
              {Object.values(target.counts).reduce((sum, count) => sum + count, 0)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Observations({ preview }: { preview: Preview }) {
  const all = Object.values(preview.counts).reduce((sum, count) => sum + count, 0);
  return (
    <Card
      title={t('scan.observations')}
      aside={
        preview.observations.length < all && (
          <span className="sub">{t('scan.firstOf', { count: preview.observations.length, all })}</span>
        )
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="observations" aria-label={t('scan.observations')} tabIndex={0}>
        <table className="data cards">
          <thead>
            <tr>
              <th>{t('scan.severity')}</th>
              <th>{t('scan.finding')}</th>
              <th>{t('scan.target')}</th>
            </tr>
          </thead>
          <tbody>
            {preview.observations.map((seen, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same weakness may stand twice in one report
              <tr key={place}>
                <td>
                  <Pill tone={severityTone(seen.severity)}>{countWord(seen.severity)}</Pill>
                </td>
                <td>
                  {seen.title}
                  {seen.cve && <div className="faint">{seen.cve.join(comma())}</div>}
                </td>
                <td>
                  <code>{seen.target}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}

/** A list of hashes is compared with what was approved: with which release is asked, never guessed. */
function Release({ value, onChange }: { value: Chosen; onChange(next: Chosen): void }) {
  const hasType = useQuery(typesQuery).data?.some((type) => type.type === 'go_live') ?? false;
  return (
    <PickerControl
      label={t('scan.release')}
      help={t('scan.releaseHelp')}
      must
      source={recordsOf(hasType ? 'go_live' : 'any')}
      value={value.id}
      name={value.name}
      onChange={(id, name) => onChange({ id, name })}
    />
  );
}

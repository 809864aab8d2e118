import { useState } from 'react';
import type { Card as CertificateCard } from '../../../src/adapters/tls/judge.ts';
import { t } from '../../language.ts';
import { showDate } from '../../time.ts';
import { Card } from '../../ui/bits.tsx';
import { FieldRow } from '../../ui/field.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { Fingerprint } from './in-use.tsx';

const SYSTEMS = ['domain', 'windows', 'mac', 'phone', 'android', 'linux', 'firefox'] as const;
type System = (typeof SYSTEMS)[number];

/** How a computer comes to trust the own root: the file, the fingerprint to compare, and the steps of each system. */
export function Trust({ root }: { root: CertificateCard }) {
  const [system, setSystem] = useState<System>('domain');
  return (
    <Card title={t('connection.trust.title')}>
      <p>{t('connection.trust.text')}</p>
      <FieldRow label={t('connection.trust.file')}>
        <a className="button plain" href="/root.crt" download="ancheng-root.crt">
          {t('connection.trust.download')}
        </a>
      </FieldRow>
      <FieldRow label={t('connection.trust.compare')}>
        <Fingerprint of={root.fingerprint} />
      </FieldRow>
      <FieldRow label={t('connection.valid')}>
        {t('connection.trust.until', { day: showDate(root.until.slice(0, 10)) })}
      </FieldRow>
      <div className="connection-steps">
        <Switcher<System>
          label={t('connection.trust.system')}
          value={system}
          options={SYSTEMS.map((id) => ({ id, label: t(`connection.trust.systems.${id}`) }))}
          onChange={setSystem}
        />
        <ol>
          {t(`connection.trust.steps.${system}`)
            .split('\n')
            .map((step) => (
              <li key={step}>{step}</li>
            ))}
        </ol>
      </div>
    </Card>
  );
}

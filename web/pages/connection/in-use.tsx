import type { Reach } from '../../../src/http/contract/network.ts';
import { t } from '../../language.ts';
import { showDate } from '../../time.ts';
import { Card, Pill } from '../../ui/bits.tsx';
import { FieldRow } from '../../ui/field.tsx';

/** The certificate as a browser is shown it; the fingerprint is compared by eye, so it stands in pairs. */
export function InUse({ reach }: { reach: Reach }) {
  const { certificate } = reach;
  return (
    <Card
      title={t('connection.now')}
      aside={
        certificate.kind === 'none' ? (
          <Pill tone="warn">{t('connection.plain')}</Pill>
        ) : (
          <Pill tone="ok">{t('connection.secure')}</Pill>
        )
      }
    >
      <FieldRow label={t('connection.address')}>
        <a href={reach.address}>{reach.address}</a>
      </FieldRow>
      {certificate.kind === 'none' ? (
        <p className="connection-why">{t('connection.why')}</p>
      ) : (
        <>
          <FieldRow label={t('connection.kind')}>{t(`connection.kinds.${certificate.kind}`)}</FieldRow>
          <FieldRow label={t('connection.names')}>{certificate.names.join(' · ')}</FieldRow>
          <FieldRow label={t('connection.valid')}>
            {t('connection.span', {
              from: showDate(certificate.card.from.slice(0, 10)),
              until: showDate(certificate.card.until.slice(0, 10)),
            })}{' '}
            {certificate.kind === 'own' && <span className="faint">{t('connection.renewed')}</span>}
          </FieldRow>
          <FieldRow label={t('connection.issuer')}>{certificate.card.issuer}</FieldRow>
          <FieldRow label={t('connection.fingerprint')}>
            <Fingerprint of={certificate.card.fingerprint} />
          </FieldRow>
        </>
      )}
    </Card>
  );
}

export const Fingerprint = ({ of }: { of: string }) => <code className="fingerprint">{of.replaceAll(':', ' ')}</code>;

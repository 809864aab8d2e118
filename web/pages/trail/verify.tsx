import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Verification } from '../../../src/runtime/views.ts';
import { api } from '../../api.ts';
import { say, t } from '../../language.ts';
import { showMoment } from '../../time.ts';
import { Alert, Card, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';

/** Checks everything now, and tells the result level by level: what each level proves, and where it broke. */
export function VerifyCard() {
  const verify = useMutation({ mutationFn: () => api.trail.verify({}) });
  return (
    <Card
      title={t('ledger.verifyTitle')}
      aside={
        <Button busy={verify.isPending} onPress={() => verify.mutate()}>
          {t(verify.data ? 'ledger.verifyAgain' : 'ledger.verify')}
        </Button>
      }
    >
      {verify.isPending && (
        <div role="status">
          <progress className="verifying" aria-label={t('ledger.verifying')} />
          <p className="sub">{t('ledger.verifying')}</p>
        </div>
      )}
      {verify.isError && <Problem error={verify.error} retry={() => verify.mutate()} />}
      {verify.data && !verify.isPending && <Result result={verify.data} />}
      {!verify.data && !verify.isPending && !verify.isError && <Explanation />}
    </Card>
  );
}

function Explanation() {
  return (
    <>
      <p className="ledger-words">{t('ledger.explain')}</p>
      <p className="faint">{t('ledger.limits')}</p>
    </>
  );
}

function Result({ result }: { result: Verification }) {
  const broken = result.findings.find((finding) => !finding.ok);
  return (
    <>
      <Alert tone={result.ok ? 'ok' : 'bad'}>
        <strong>{result.ok ? t('ledger.good', { size: result.size.toLocaleString() }) : t('ledger.bad')}</strong>
        <div className="sub">{t('ledger.checkedAt', { at: showMoment(result.at) })}</div>
      </Alert>
      <ul className="levels">
        {result.findings.map((finding) => (
          <li key={`${finding.level} ${finding.position} ${finding.message.en}`} className={finding.ok ? 'ok' : 'bad'}>
            <span aria-hidden="true">{finding.ok ? '✓' : '✕'}</span>
            <div>
              <span className="visually-hidden">{t(finding.ok ? 'ledger.holds' : 'ledger.broken')}</span>
              <b>{levelName(finding.level)}</b> {say(finding.message)}
              {finding.position !== undefined && (
                <div>
                  <Link to="/trail" search={{ after: String(finding.position + 1) }}>
                    {t('ledger.at', { pos: finding.position.toLocaleString() })}
                  </Link>
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
      {broken && <p className="sub">{t('ledger.whatNow')}</p>}
      <p className="faint">{t('ledger.limits')}</p>
    </>
  );
}

const levels = ['L0', 'L1', 'L2', 'L3', 'L4'] as const;

function levelName(level: string): string {
  const known = levels.find((each) => each === level);
  return known ? t(`ledger.level_${known}`) : level;
}

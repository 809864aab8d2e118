import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TextCard } from '../../../../src/runtime/text-views.ts';
import { t } from '../../../language.ts';
import { meQuery } from '../../../queries.ts';
import { holds } from '../../../shell/nav.ts';
import { showDate } from '../../../time.ts';
import { Empty, Pill, Problem, Skeleton } from '../../../ui/bits.tsx';
import { LightBar, LightPill, lights } from '../lights.tsx';
import { textsQuery } from '../queries.ts';

const KEEPERS = ['isms_coordinator', 'security_officer', 'ciso'];
export function useKeeps(): boolean {
  const me = useQuery(meQuery).data;
  return me !== undefined && holds(me, KEEPERS);
}

/** The organisation's own approved procedures, before ours: what people here know under their numbers. */
export function OwnTexts({ asOf }: { asOf: string | undefined }) {
  const texts = useQuery(textsQuery(asOf));
  const keeps = useKeeps();
  const adding = (
    <Link to="/procedure/texts/import" className="button go">
      {t('own.import')}
    </Link>
  );
  return (
    <section className="own-texts">
      <div className="row apart">
        <h2>{t('own.title')}</h2>
        {keeps && !asOf && (texts.data?.length ?? 0) > 0 && adding}
      </div>
      {texts.isPending && <Skeleton lines={4} />}
      {texts.isError && <Problem error={texts.error} retry={() => texts.refetch()} />}
      {texts.data?.length === 0 && (
        <div className="card">
          <Empty title={t('own.noneTitle')} action={keeps && !asOf ? adding : undefined}>
            {t('own.noneText')}
          </Empty>
        </div>
      )}
      <ul className="procedures">
        {texts.data?.map((text) => (
          <OwnCard key={text.text} text={text} asOf={asOf} />
        ))}
      </ul>
    </section>
  );
}

function OwnCard({ text, asOf }: { text: TextCard; asOf: string | undefined }) {
  return (
    <li className="card">
      <h3>
        <Link to="/procedure/texts/$text" params={{ text: text.text }} search={asOf ? { asOf } : {}} className="cover">
          {text.title}
        </Link>
      </h3>
      <div className="sub">
        {[text.number, t('own.versionOf', { version: text.version, day: showDate(text.issued) })]
          .filter(Boolean)
          .join(' · ')}
        {'　'}
        <Pill>{text.classification}</Pill>
      </div>
      <LightBar counts={text.counts} />
      <div className="row lights-row">
        {lights.map((light) => (
          <span key={light}>
            <LightPill light={light} /> {text.counts[light]}
          </span>
        ))}
        <span className="sub">{t('own.settled', { settled: text.settled, asking: text.asking })}</span>
      </div>
    </li>
  );
}

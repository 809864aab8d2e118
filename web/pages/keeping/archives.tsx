import { useState } from 'react';
import type { KeepingView } from '../../../src/http/contract/keeping.ts';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import { Decide } from './decide.tsx';
import { keepingChanged } from './queries.ts';

/** Whether the Archives Act applies here, what follows, and the CISO's way to state it otherwise. */
export function Archives({ keeping: { archives } }: { keeping: KeepingView }) {
  const [open, setOpen] = useState(false);
  const kind = archives.archives ? 'yes' : 'no';
  return (
    <div className="keeping-law">
      <p className="sub keeping-about">
        {t(`keeping.archives.${kind}`)}
        {!archives.stated && t('keeping.archives.byKind')}
      </p>
      <Button why={archives.may ? undefined : t('keeping.archives.cisoOnly')} onPress={() => setOpen(true)}>
        {t('keeping.archives.change')}
      </Button>
      {open && (
        <Decide
          title={t('keeping.archives.title')}
          does={t(archives.archives ? 'keeping.archives.sayNo' : 'keeping.archives.sayYes')}
          done={t('keeping.archives.done')}
          danger={archives.archives}
          reasonHelp={t('keeping.archives.reasonHelp')}
          decision="keeping.stateArchives"
          of={{ archives: !archives.archives }}
          run={async (given) => {
            await api.keeping.stateArchives({ archives: !archives.archives, ...given });
            await keepingChanged();
          }}
          onClose={() => setOpen(false)}
        >
          <p>{t('keeping.archives.who')}</p>
          <p>{t(archives.archives ? 'keeping.archives.noMeans' : 'keeping.archives.yesMeans')}</p>
        </Decide>
      )}
    </div>
  );
}

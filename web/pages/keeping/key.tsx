import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { Factor, type GivenFactor } from '../../record/factor.tsx';
import { Alert, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { YesNoControl } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { saveBase64 } from '../../ui/save.ts';
import { backupsChanged } from './queries.ts';

/** The recovery key, once: a sheet to print, and nothing left behind here. */
export function MakeKey({ replaces, onClose }: { replaces: boolean; onClose(): void }) {
  const [replace, setReplace] = useState(false);
  const [printed, setPrinted] = useState(false);
  const [factor, setFactor] = useState<GivenFactor>({});
  const make = useMutation({
    mutationFn: () => api.keeping.makeKey({ commandId: newCommandId(), replace, factor }),
    onSuccess: backupsChanged,
  });
  const sheet = make.data;
  const why =
    (replaces && !replace ? t('keeping.key.confirmFirst') : undefined) ??
    (Object.keys(factor).length === 0 ? t('action.factorFirst') : undefined);
  return (
    <Dialog title={t(replaces ? 'keeping.key.replace' : 'keeping.key.make')} onClose={onClose} wide>
      {sheet ? (
        <div className="stack">
          <Alert tone="warn">{t('keeping.key.once')}</Alert>
          <div className="actions">
            <Button
              look="go"
              onPress={() => {
                saveBase64(sheet.name, sheet.pdf, 'application/pdf');
                setPrinted(true);
              }}
            >
              {t('keeping.key.download')}
            </Button>
            <Button why={printed ? undefined : t('keeping.key.downloadFirst')} onPress={onClose}>
              {t('keeping.key.locked')}
            </Button>
          </div>
        </div>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (!why) make.mutate();
          }}
        >
          <p>{t('keeping.key.means')}</p>
          {replaces && (
            <YesNoControl
              label={t('keeping.key.replaceSure')}
              help={t('keeping.key.replaceHelp')}
              layout="stacked"
              value={replace}
              onChange={setReplace}
            />
          )}
          <Factor value={factor} onChange={setFactor} means={t('action.factorFirst')} />
          {make.isError && <Problem error={make.error} />}
          <div className="actions">
            <Button onPress={onClose}>{t('common.cancel')}</Button>
            <Button look={replaces ? 'danger' : 'go'} type="submit" busy={make.isPending} why={why}>
              {t(replaces ? 'keeping.key.replace' : 'keeping.key.make')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

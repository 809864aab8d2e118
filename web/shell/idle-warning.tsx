import { t } from '../language.ts';
import { meQuery, queryClient } from '../queries.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

/** Pressing anything is activity already; the request tells the server so. */
export default function IdleWarning({ seconds }: { seconds: number }) {
  const stay = () => void queryClient.invalidateQueries(meQuery);
  return (
    <Dialog title={t('idle.title')} onClose={stay}>
      <p>{t('idle.text', { seconds })}</p>
      <div className="actions">
        <Button look="go" autoFocus onPress={stay}>
          {t('idle.stay')}
        </Button>
      </div>
    </Dialog>
  );
}

import { useRef } from 'react';
import { t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import { tell } from '../../ui/toast.tsx';

/** A link to hand on. Without https the browser gives no clipboard: then it is selected, ready for Ctrl+C. */
export function CopyLink({ label, link }: { label: string; link: string }) {
  const box = useRef<HTMLInputElement>(null);
  const copy = async () => {
    box.current?.select();
    const copied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    tell(t(copied ? 'people.copied' : 'people.selected'));
  };
  return (
    <div className="copy-link">
      <input ref={box} className="input" readOnly aria-label={label} value={link} onFocus={(e) => e.target.select()} />
      <Button onPress={copy}>{t('people.copy')}</Button>
    </div>
  );
}

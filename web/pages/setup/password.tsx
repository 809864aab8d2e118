import { t } from '../../language.ts';
import { TextControl } from '../../ui/field.tsx';
import { PASSWORD_KINDS, PASSWORD_LENGTH, passwordRules, rulesKept } from './password-rules.ts';

type Props = {
  value: string;
  owner: { name: string; email: string };
  layout?: 'side' | 'stacked';
  onChange(value: string): void;
};

/** A new password with its rules beside it, each ticked as soon as it is kept. */
export function NewPassword({ value, owner, layout = 'side', onChange }: Props) {
  const kept = rulesKept(value, owner);
  return (
    <div className="new-password">
      <TextControl
        label={t('setup.password')}
        must
        layout={layout}
        type="password"
        autoComplete="new-password"
        value={value}
        onChange={onChange}
      />
      <ul className="password-rules" aria-live="polite">
        {passwordRules.map((rule) => (
          <li key={rule} className={kept.has(rule) ? 'kept' : ''}>
            <span aria-hidden="true">{kept.has(rule) ? '✓' : '○'}</span>
            {t(`setup.rule_${rule}`, { length: PASSWORD_LENGTH, kinds: PASSWORD_KINDS })}
            {kept.has(rule) && <span className="visually-hidden">{t('setup.ruleKept')}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

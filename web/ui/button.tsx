import './button.css';
import { type ReactNode, useId } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';

type Props = Omit<ButtonProps, 'className' | 'children' | 'isDisabled'> & {
  children: ReactNode;
  look?: 'plain' | 'go' | 'danger' | 'quiet' | 'icon';
  /** Why it cannot be pressed now: shown beside it, read out with it. The button stays reachable by keyboard. */
  why?: string | undefined;
  /** Shown while what it started is going on. */
  busy?: boolean | undefined;
};

/** A button. One that may not be pressed says why instead of merely looking grey; a busy one does not act twice. */
export function Button({ look = 'plain', why, busy = false, children, onPress, type = 'button', ...props }: Props) {
  const reason = useId();
  const idle = !why && !busy;
  const button = (
    <AriaButton
      {...props}
      className={`button ${look}`}
      type={idle ? type : 'button'}
      {...(idle && onPress && { onPress })}
      {...(!idle && { 'aria-disabled': true })}
      {...(why && { 'aria-describedby': reason })}
      {...(busy && { 'data-busy': true })}
    >
      {children}
    </AriaButton>
  );
  if (!why) return button;
  return (
    <span className="button-with-reason">
      {button}
      <small id={reason}>{why}</small>
    </span>
  );
}

import { Checkbox } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import type { PackageSection } from '../../../src/http/contract/packages.ts';
import { t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import { type Light, LightDot } from '../procedure/lights.tsx';

export type Chapter = { name: string; first: string; last: string; clauses: number; records: number; lights: Light[] };

/** Sections by the chapter they stand under, in order, each with how many records it has and its lights. */
export function chaptersOf(sections: PackageSection[]): Chapter[] {
  return [...Map.groupBy(sections, ({ chapter }) => chapter)].map(([name, all]) => ({
    name,
    first: all[0]!.number,
    last: all.at(-1)!.number,
    clauses: all.length,
    records: new Set(all.flatMap(({ records }) => records)).size,
    lights: (['late', 'partial', 'ok', 'off'] as const).filter((light) => all.some((one) => one.light === light)),
  }));
}

type Props = { chapters: Chapter[]; left: string[]; onChange(left: string[]): void };

/** Which chapters go in; all do at first. */
export function Chapters({ chapters, left, onChange }: Props) {
  const names = chapters.map(({ name }) => name);
  return (
    <>
      <div className="row package-all">
        <Button look="quiet" onPress={() => onChange([])}>
          {t('package.all')}
        </Button>
        <Button look="quiet" onPress={() => onChange(names)}>
          {t('package.none')}
        </Button>
      </div>
      <CheckboxGroup
        className="package-chapters"
        aria-label={t('package.chapters')}
        value={names.filter((name) => !left.includes(name))}
        onChange={(kept) => onChange(names.filter((name) => !kept.includes(name)))}
      >
        {chapters.map((chapter) => (
          <Checkbox key={chapter.name} value={chapter.name} className="package-chapter">
            {({ isSelected }) => (
              <>
                <span aria-hidden="true" className="tick">
                  {isSelected ? '☑' : '☐'}
                </span>
                <span className="name">
                  {chapter.name}
                  {chapter.clauses > 1 && <span className="sub"> {spanOf(chapter)}</span>}
                </span>
                <span className="sub">
                  {chapter.lights.map((light) => (
                    <LightDot key={light} light={light} />
                  ))}{' '}
                  {t('package.chapterCount', { clauses: chapter.clauses, count: chapter.records })}
                </span>
              </>
            )}
          </Checkbox>
        ))}
      </CheckboxGroup>
    </>
  );
}

const spanOf = ({ first, last, name }: Chapter): string =>
  first === name && last === name ? '' : t('package.span', { first, last });

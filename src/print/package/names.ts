/** Devices of Windows: no file may be called so, whatever its ending. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

/**
 * A name for a file or folder that Windows, macOS and Linux take: without signs they forbid, controls and direction marks, not a
 * device, no dot or space at its end, at most `most` characters (its ending is kept when it must be cut).
 */
export function safeName(name: string, most = 60): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replace(/[<>:"/\\|?*]/g, (sign) => FULL_WIDTH[sign] ?? '_')
    .replace(/\s+/g, ' ')
    .trim();
  const short = shortened(plain, most).replace(/[. ]+$/, '');
  const base = short.split('.')[0]!.trimEnd();
  return RESERVED.test(base) || short === '' ? `_${short}` : short;
}

/** Reads the same to a person, and no file system minds. */
const FULL_WIDTH: Record<string, string> = {
  '<': '＜',
  '>': '＞',
  ':': '：',
  '"': '＂',
  '/': '／',
  '\\': '＼',
  '|': '｜',
  '?': '？',
  '*': '＊',
};

function shortened(name: string, most: number): string {
  const signs = [...name];
  if (signs.length <= most) return name;
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
  return (
    signs
      .slice(0, most - ending.length)
      .join('')
      .trimEnd() + ending
  );
}

/** Gives every path once, also where upper and lower case are one: `a.pdf`, `a (2).pdf`. */
export function uniquePaths(): (path: string) => string {
  const taken = new Set<string>();
  return (path) => {
    const ending = /\.[A-Za-z0-9]{1,8}$/.exec(path)?.[0] ?? '';
    const stem = path.slice(0, path.length - ending.length);
    let found = path;
    for (let n = 2; taken.has(found.toLowerCase()); n += 1) found = `${stem} (${n})${ending}`;
    taken.add(found.toLowerCase());
    return found;
  };
}

import type { Manifest } from '../types.ts';

/** How what runs differs from what was released; paths as in the manifests, without a leading `./`. */
export type Difference = {
  matched: number;
  mismatched: { path: string; released: string; deployed: string }[];
  missing: string[];
  extra: string[];
};

/** Compares the release's manifest with one made on the machine (`deployed(host, release)`, xiluo.5.4.1.2.a). */
export function compareManifests(released: Manifest, deployed: Manifest): Difference {
  const running = byPath(deployed);
  const expected = byPath(released);
  const difference: Difference = { matched: 0, mismatched: [], missing: [], extra: [] };
  for (const [path, sha256] of expected) {
    const found = running.get(path);
    if (found === undefined) difference.missing.push(path);
    else if (found === sha256) difference.matched++;
    else difference.mismatched.push({ path, released: sha256, deployed: found });
  }
  difference.extra = [...running.keys()].filter((path) => !expected.has(path));
  return difference;
}

function byPath(manifest: Manifest): Map<string, string> {
  return new Map(manifest.entries.map((entry) => [entry.path.replace(/^(\.\/)+/, ''), entry.sha256]));
}

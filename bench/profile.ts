/** `node bench/profile.ts <file.cpuprofile>`: where a process spent its time, by its own lines and with everything below them. */
import { readFileSync } from 'node:fs';

type Frame = { functionName: string; url: string; lineNumber: number };
type Node = { id: number; callFrame: Frame; hitCount: number; children?: number[] };
type Profile = { nodes: Node[]; samples: number[]; timeDeltas: number[] };

const [file] = process.argv.slice(2);
if (!file) throw new Error('which profile?');
const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
const byId = new Map(profile.nodes.map((node) => [node.id, node]));
const self = new Map<number, number>();
profile.samples.forEach((id, i) => {
  self.set(id, (self.get(id) ?? 0) + (profile.timeDeltas[i] ?? 0));
});

const place = ({ functionName, url, lineNumber }: Frame) => {
  const path = url.replace(/^file:\/\//, '').replace(/^.*?\/(src|node_modules|bench|test)\//, '$1/');
  return `${functionName || '(anonymous)'} ${path}:${lineNumber + 1}`;
};
const own = new Map<string, number>();
const total = new Map<string, number>();
const add = (to: Map<string, number>, key: string, time: number) => to.set(key, (to.get(key) ?? 0) + time);

/** Time of a node with all below; a function inside itself counts once. */
function walk(id: number, above: Set<string>): number {
  const node = byId.get(id)!;
  const key = place(node.callFrame);
  const mine = self.get(id) ?? 0;
  add(own, key, mine);
  const inside = new Set(above).add(key);
  const all = (node.children ?? []).reduce((sum, child) => sum + walk(child, inside), mine);
  if (!above.has(key)) add(total, key, all);
  return all;
}

const children = new Set(profile.nodes.flatMap((node) => node.children ?? []));
const roots = profile.nodes.filter((node) => !children.has(node.id));
const whole = roots.reduce((sum, root) => sum + walk(root.id, new Set()), 0);
const idle = [...own].filter(([key]) => key.startsWith('(idle)')).reduce((sum, [, time]) => sum + time, 0);
const busy = whole - idle;

function top(times: Map<string, number>, most: number, ours: boolean) {
  return [...times]
    .filter(([key]) => !/^\((idle|root)\)/.test(key) && (!ours || / (src|bench)\//.test(key)))
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([where, time]) => ({
      where,
      ms: Math.round(time / 1000),
      'of busy': `${((time / busy) * 100).toFixed(1)} %`,
    }));
}

console.log(`busy ${(busy / 1e6).toFixed(1)} s of ${(whole / 1e6).toFixed(1)} s`);
console.log('own time');
console.table(top(own, 25, false));
console.log('with everything below, our files');
console.table(top(total, 45, true));

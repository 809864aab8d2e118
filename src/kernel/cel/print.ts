import type { Tree } from './parse.ts';

/** A path or call as people wrote it, to name what is unknown or was seen. */
export function print(tree: Tree): string {
  switch (tree.op) {
    case 'name':
      return tree.name;
    case 'value':
      return String(tree.value);
    case 'field':
      return `${print(tree.of)}.${tree.name}`;
    case 'index':
      return `${print(tree.of)}[${print(tree.key)}]`;
    case 'call':
      return `${tree.name}(${tree.args.map(print).join(', ')})`;
    case 'method':
      return `${print(tree.of)}.${tree.name}(${tree.args.map(print).join(', ')})`;
    case 'arithmetic':
    case 'compare':
      return `${print(tree.left)} ${tree.by} ${print(tree.right)}`;
    case 'minus':
      return `-${print(tree.of)}`;
    default:
      return tree.op;
  }
}

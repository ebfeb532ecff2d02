// Every dashboard and folder there is, per organisation, and who may see them.
import type { Identity } from '../auth/identity.js';
import { branch, chain, demo, fleet, gateway, host, library, rows, secret } from './business.js';
import { heavy, heavySet, huge } from './heavy.js';
import type { Dashboard, Entry } from './model.js';
import { accounts, edge, payments } from './morning.js';
import { steal, type Origins } from './steal.js';
import { crash, faults, hang, rules, spin, text, timefrom } from './troubled.js';

export interface Folder {
  uid: string;
  id: number;
  title: string;
  orgId: number;
  parentUid?: string;
  isAdminOnly?: boolean;
}

export const FOLDERS: Folder[] = [
  { uid: 'core', id: 101, title: '核心系统', orgId: 1 },
  { uid: 'trade', id: 108, title: '交易', orgId: 1, parentUid: 'core' },
  { uid: 'trade-db', id: 109, title: '账务', orgId: 1, parentUid: 'trade' },
  { uid: 'infra', id: 102, title: '基础设施', orgId: 1 },
  { uid: 'infra-hosts', id: 103, title: '主机', orgId: 1, parentUid: 'infra' },
  { uid: 'load', id: 104, title: '压测', orgId: 1 },
  { uid: 'lab', id: 105, title: '样本', orgId: 1 },
  { uid: 'vault', id: 106, title: '机密', orgId: 1, isAdminOnly: true },
  { uid: 'branches', id: 107, title: '分行', orgId: 2 },
];

export function slugOf(title: string): string {
  const slug = title.toLowerCase().replace(/[^a-z0-9\u4e00-\u9fff]+/g, '-').replace(/^-+|-+$/g, '');
  return /^[\x00-\x7f]+$/.test(slug) && slug ? slug : Buffer.from(title).toString('base64url').toLowerCase().slice(0, 24);
}

const inFolder = (folderUid: string, boards: Dashboard[], orgId = 1): Entry[] =>
  boards.map((board) => ({ folderUid, orgId, dashboard: board }));

/** The older front end's dashboards are copies of scenes ones, with queries of their own. */
function legacyCopy(board: Dashboard): Entry {
  const copy = JSON.parse(JSON.stringify(board).replaceAll(`"${board.uid}/`, `"legacy-${board.uid}/`)) as Dashboard;
  return {
    folderUid: 'lab',
    orgId: 1,
    isLegacy: true,
    dashboard: { ...copy, uid: `legacy-${board.uid}`, id: copy.id + 1000, title: `旧版 ${board.title}`, tags: ['legacy'] },
  };
}

export class Catalog {
  readonly entries: Entry[];

  constructor(origins: Origins) {
    const mixed = demo();
    const troubled = faults();
    this.entries = [
      ...inFolder('core', [mixed, gateway(), rows(), library()]),
      ...inFolder('trade', [payments(), edge()]),
      ...inFolder('trade-db', [accounts()]),
      ...inFolder('infra', [fleet()]),
      ...inFolder('infra-hosts', [host()]),
      ...inFolder('load', [heavy(), ...heavySet(), huge()]),
      ...inFolder('lab', [troubled, hang(), spin(), crash(), text(), timefrom(), rules(), steal(origins), chain()]),
      legacyCopy(mixed),
      legacyCopy(troubled),
      legacyCopy(host()),
      ...inFolder('vault', [secret()]),
      ...inFolder('branches', [branch()], 2),
    ];
  }

  find(uid: string, orgId: number): Entry | undefined {
    return this.entries.find((e) => e.dashboard.uid === uid && e.orgId === orgId);
  }

  canSee(entry: { folderUid: string }, who: Identity): boolean {
    return who.role === 'Admin' || !FOLDERS.find((f) => f.uid === entry.folderUid)?.isAdminOnly;
  }

  foldersFor(who: Identity): Folder[] {
    return FOLDERS.filter((f) => f.orgId === who.orgId && (who.role === 'Admin' || !f.isAdminOnly));
  }

  dashboardsFor(who: Identity): Entry[] {
    return this.entries.filter((e) => e.orgId === who.orgId && this.canSee(e, who));
  }
}

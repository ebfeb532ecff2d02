// Search and folders.
import type { Context } from '../context.js';
import { slugOf, type Folder } from '../dashboards/catalog.js';
import type { Entry } from '../dashboards/model.js';

const LIMIT_MAX = 5000;
const LIMIT_DEFAULT = 1000;

interface Hit {
  id: number;
  uid: string;
  title: string;
  uri: string;
  url: string;
  slug: string;
  type: 'dash-db' | 'dash-folder';
  tags: string[];
  isStarred: boolean;
  sortMeta: number;
  isDeleted: boolean;
  folderId?: number;
  folderUid?: string;
  folderTitle?: string;
  folderUrl?: string;
}

function folderHit(f: Folder, sub: string): Hit {
  return {
    id: f.id, uid: f.uid, title: f.title, uri: `db/${f.uid}`, url: `${sub}/dashboards/f/${f.uid}/${f.uid}`, slug: '',
    type: 'dash-folder', tags: [], isStarred: false, sortMeta: 0, isDeleted: false,
  };
}

function dashboardHit(e: Entry, folders: Folder[], sub: string): Hit {
  const slug = slugOf(e.dashboard.title);
  const folder = folders.find((f) => f.uid === e.folderUid);
  return {
    id: e.dashboard.id, uid: e.dashboard.uid, title: e.dashboard.title, uri: `db/${slug}`,
    url: `${sub}/d/${e.dashboard.uid}/${slug}`, slug: '', type: 'dash-db', tags: e.dashboard.tags, isStarred: false,
    sortMeta: 0, isDeleted: false,
    ...(folder && { folderId: folder.id, folderUid: folder.uid, folderTitle: folder.title, folderUrl: `${sub}/dashboards/f/${folder.uid}/${folder.uid}` }),
  };
}

export function search(ctx: Context): void {
  const q = ctx.url.searchParams;
  const limit = Number(q.get('limit') || LIMIT_DEFAULT);
  if (limit > LIMIT_MAX) {
    return ctx.message(422, 'Limit is above maximum allowed (5000), use page parameter to access hits beyond limit');
  }
  const { options, catalog, faults } = ctx.world;
  const folders = catalog.foldersFor(ctx.identity);
  let hits: Hit[] = [
    ...folders.map((f) => folderHit(f, options.subPath)),
    ...catalog
      .dashboardsFor(ctx.identity)
      .filter((e) => !faults.state.dashboards[e.dashboard.uid]?.deleted)
      .map((e) => dashboardHit(e, folders, options.subPath)),
  ];
  const text = q.get('query')?.toLowerCase();
  const type = q.get('type');
  const tags = q.getAll('tag');
  const folderUids = q.getAll('folderUIDs').flatMap((v) => v.split(',')).filter(Boolean);
  const uids = [...q.getAll('dashboardUIDs'), ...q.getAll('dashboardUID')].flatMap((v) => v.split(',')).filter(Boolean);
  hits = hits.filter(
    (h) =>
      (!text || h.title.toLowerCase().includes(text)) &&
      (!type || h.type === type) &&
      tags.every((t) => h.tags.includes(t)) &&
      (!folderUids.length || folderUids.includes(h.folderUid ?? 'general')) &&
      (!uids.length || uids.includes(h.uid)) &&
      q.get('starred') !== 'true'
  );
  const isFolder = (h: Hit) => (h.type === 'dash-folder' ? 0 : 1);
  hits.sort((a, b) => isFolder(a) - isFolder(b) || (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
  if (q.get('sort') === 'alpha-desc') {
    hits.reverse();
  }
  const page = Math.max(1, Number(q.get('page') || 1));
  ctx.json(200, hits.slice((page - 1) * limit, page * limit));
}

const folderJson = (f: Folder) => ({ id: f.id, uid: f.uid, title: f.title, ...(f.parentUid && { parentUid: f.parentUid }) });

export function folders(ctx: Context): void {
  const q = ctx.url.searchParams;
  const limit = Number(q.get('limit') || LIMIT_DEFAULT);
  const page = Math.max(1, Number(q.get('page') || 1));
  const parent = q.get('parentUid') ?? undefined;
  const found = ctx.world.catalog.foldersFor(ctx.identity).filter((f) => f.parentUid === parent);
  ctx.json(200, found.slice((page - 1) * limit, page * limit).map(folderJson));
}

export function folder(ctx: Context, params: Record<string, string>): void {
  const found = ctx.world.catalog.foldersFor(ctx.identity).find((f) => f.uid === params['uid']);
  if (!found) {
    return ctx.message(404, 'folder not found');
  }
  ctx.json(200, folderJson(found));
}
